"""Find the support orders: those signed now, those on record, and both joined.

A support order asks for what the advice is about: a brace, bed rest, a referral, a
biopsy, a measurement. `support_order.py` reads one; `told_braces.py` finds braces that
only the follow-up of an operation names.
"""
