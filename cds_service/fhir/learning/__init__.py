"""Learn a site's local codes from its records, as proposals for a person."""
