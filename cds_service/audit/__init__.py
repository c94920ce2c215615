"""The audit log: what was shown to whom, and why."""
