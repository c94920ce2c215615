"""Braces and bed rest: which last too long, how to correct them, why to keep one."""
