"""One FHIR server over HTTP: asked within the deadline, judged before it counts."""
