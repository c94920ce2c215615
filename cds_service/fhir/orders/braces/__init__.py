"""Tell what is special of an order of a brace or bed rest, and correct its end.

`../support/` finds these orders. `../keep_reasons.py` reads why one keeps a brace on.
"""
