"""Identify the drug of an entry and its doses, and what else its words name.

`drugs.py` finds the drug, `products.py` the Medication that the entry refers to. A dose
counts only if all that is said of it was understood (`plain_doses.py`).
"""
