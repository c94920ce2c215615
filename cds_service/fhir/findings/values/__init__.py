"""Find values of Observations: which counts, how it was measured, how old it is.

`measurements.py` has the path of every number. T-scores and grips add rules of their
own, and `change.py` compares two numbers of one measure. `impossible_changes.py` finds
older numbers that cannot be right next to the newest. `answers.py` reads what is no
number: yes or no, and categories.
"""
