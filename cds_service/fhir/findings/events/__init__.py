"""Find what happened within a time, even if it is over now.

`events.py` begins, `happenings.py` finds the entries that state an event, the modules
`event_...` read the days, words and reasons of one.
"""
