"""Read what a discharge asks about: the operation that was done, and what is open.

`bookings.py` reads the visits to come, `biopsies.py` the biopsies and their reports.
What happened after the operation is found by `since/`, next to this folder.
"""
