"""Gathers the record for one request: prefetch first, then the FHIR server; each resource is parsed on its own."""
