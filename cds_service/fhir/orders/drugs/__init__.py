"""Find what stops or forbids the next dose of a bone drug."""
