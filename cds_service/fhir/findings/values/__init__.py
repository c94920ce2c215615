"""Find measured values: which counts, how it was measured, and how old it is.

`measurements.py` has the path of every value. T-scores and grips add rules of their
own.
"""
