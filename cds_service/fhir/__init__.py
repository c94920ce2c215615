"""The FHIR side of the service: R4 resources in, facts out; recommendations in, R4 orders out."""
