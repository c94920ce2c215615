"""Reads a FHIR server over HTTP within the deadline, and checks each answer before it is used."""
