"""Make the findings that follow from other findings or from the order.

`derived.py` has the table of all of them, in the order in which they are made.
"""
