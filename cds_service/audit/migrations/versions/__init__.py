"""One file for each step; the name begins with its number."""
