"""The FHIR side: R4 resources in, facts out; advice in, R4 orders out."""
