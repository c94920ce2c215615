"""The demonstration: an embedded FHIR server, a run over the sample patients, and cards in a terminal."""
