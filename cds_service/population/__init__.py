"""Whole populations: read an export, assess its patients, list who waits for what.

`outcomes/` says what became of them, `validation/` how well the models fit. The web
process loads nothing of this room.
"""
