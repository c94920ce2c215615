"""What the entries of a list state of a finding, and why one does not count.

`statements.py` finds the entries. `conditions.py` and `procedures.py` read those that
state the finding, `asides.py` those that only name it.
"""
