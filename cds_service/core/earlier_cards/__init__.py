"""Judge what became of earlier cards.

`closures.py` finds what an override closes, `course_after_signing.py` tells if what was
asked was done.
"""
