"""Find earlier vertebral fractures, and what old entries tell of them."""
