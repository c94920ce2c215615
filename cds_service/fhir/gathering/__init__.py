"""Gather the record for one request.

Prefetch first, then the FHIR server; each resource is parsed on its own.
"""
