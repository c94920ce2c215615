"""Read a FHIR server over HTTP within the deadline.

Each answer is checked before it is used.
"""
