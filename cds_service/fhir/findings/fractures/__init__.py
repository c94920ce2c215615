"""Find earlier vertebral fractures, and the old entries of other lists that name one."""
