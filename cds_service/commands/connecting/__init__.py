"""Commands about an EHR and a FHIR server: what they need, and what comes back."""
