"""Judge braces and bed rest: which last too long, and how to correct them.

`bracing.py` judges braces, `bed_rest.py` bed rest. `brace_reasons.py` has the reasons
to keep a brace on.
"""
