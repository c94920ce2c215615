"""Verify the JSON Web Tokens of CDS clients (CDS Hooks 2.0.1), and of logins."""
