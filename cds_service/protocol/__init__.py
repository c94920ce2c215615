"""The wire of CDS Hooks: what clients send, what we answer, and the JSON of both."""
