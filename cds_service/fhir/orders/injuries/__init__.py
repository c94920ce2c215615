"""Find the other injuries that a brace may be for, and when they were."""
