"""Findings that are computed from others, or that the order states.

`derived.py` has the table of all of them, in the order in which they are made.
"""
