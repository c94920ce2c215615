"""Pure core: no I/O, no clock, no FHIR, no HTTP."""
