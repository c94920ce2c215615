"""The review pages: who looks into the audit log, and what they see there."""
