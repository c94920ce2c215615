"""Recognise an order by its words if no code does; a doubtful text names nothing.

`operations.py` names the augmentation, `supports.py` the support orders and the brace,
and `withdrawals.py` tells what a title takes back.
"""
