"""Find the augmentation that is ordered or done, and what it did not treat.

`bookings.py` reads the visits that follow it.
"""
