"""The FHIR side: R4 resources in, findings out; advice in, R4 orders out."""
