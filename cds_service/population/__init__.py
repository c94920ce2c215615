"""Whole populations: what the service makes of a FHIR Bulk Data export. The web process loads nothing of this room."""
