"""Verifies the JSON Web Tokens that CDS clients send (CDS Hooks 2.0.1, "Trusting CDS Clients")."""
