"""Commands about the audit log: its entries, its reviewers, what it counts."""
