"""Find the support orders: those signed now, those on record, and both joined.

A support order asks for what the advice is about: a brace, bed rest, a referral, a
biopsy, a measurement. `support_order.py` reads one. Three modules are about braces
and bed rest: `worn_inside.py` finds those that an order of something else asks for,
`told_braces.py` those that only the follow-up of an operation names, and `renewals.py`
tells when an order goes on with an earlier one.
"""
