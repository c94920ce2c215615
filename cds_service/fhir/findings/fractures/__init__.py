"""Find earlier vertebral fractures, on the problem list and in old entries elsewhere."""
