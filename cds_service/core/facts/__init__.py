"""What is worth telling a surgeon: signals, and the facts that are made of them.

`signals.py` calls every detector. A module `..._signals.py` holds those of one kind,
and `chart_facts.py` ranks the facts that hold.
"""
