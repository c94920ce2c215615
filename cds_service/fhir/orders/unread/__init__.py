"""Name what of an order was not read, or not understood.

`unread_elements.py` names the elements that need no reading in any order.
"""
