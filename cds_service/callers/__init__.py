"""Verifies the JSON Web Tokens of CDS clients (CDS Hooks 2.0.1)."""
