"""Tell what augmentations on record were for, and which fracture each treated.

`cement_reasons.py` finds their reasons. Two modules find those that are no sign of an
earlier fracture: `same_operation.py` and `first_stages.py`.
"""
