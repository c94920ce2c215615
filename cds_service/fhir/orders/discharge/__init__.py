"""Read what a discharge asks about: the operation that was done, and what is open.

`bookings.py` reads the visits to come, `biopsies.py` the biopsies and their reports.
`../since/` finds what happened after the operation.
"""
