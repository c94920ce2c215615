"""Find what is worth telling a surgeon: signals, and the facts made of them.

`signals.py` calls every detector of a signal. A module `..._signals.py` holds the
detectors of one kind. `chart_facts.py` ranks the facts that hold.
"""
