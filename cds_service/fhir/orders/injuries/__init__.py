"""Find the other injuries that a brace may be for, and when they were.

`dated_fractures.py` dates every fracture on record, since a new one ends an override.
What happened after the operation is in `../since/`.
"""
