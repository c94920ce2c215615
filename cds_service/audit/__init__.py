"""What was shown to whom, and why."""
