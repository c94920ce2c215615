"""Find what happened within a time, even if it is over now.

`events.py` is the reader. `happenings.py` finds the entries that state an event, and
the modules `event_...` read the days, words and reasons of an event.
"""
