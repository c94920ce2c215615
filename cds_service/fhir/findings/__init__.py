"""Turn entries of the record into findings, with one reader for each kind of finding.

`extraction.py` says which reader finds what. Each asks the `Chart` (`chart.py`) for the
entries or readings of its concepts. Readers of Observations are in `values/`, those of
lists begin with `problem_list.py`, `drugs/medication_list.py` and `events/events.py`.
"""
