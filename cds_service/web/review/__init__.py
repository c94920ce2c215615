"""The review pages of the audit log, and the login to them."""
