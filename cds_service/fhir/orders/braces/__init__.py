"""Find the support orders, and correct the end of a brace.

`support_orders.py` finds those of every kind: braces, bed rest, referrals, biopsies and
measurements. The other modules are about braces and bed rest alone.
`../keep_reasons.py` reads why an order keeps a brace on.
"""
