"""Shell towards the record: FHIR R4 in, facts out; recommendations in, R4 orders out."""
