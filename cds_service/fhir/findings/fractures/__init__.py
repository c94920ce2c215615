"""Find earlier vertebral fractures, on the problem list and in entries elsewhere."""
