"""Find the support orders, and correct the end of a brace.

`support_orders.py` finds those of every kind: braces, bed rest, referrals, biopsies and
measurements. The other modules are about braces and bed rest alone. Why its order says
that a brace stays is in `../keep_reasons.py`.
"""
