"""Read any text: find words without regard to their form, and cut it into clauses.

`text_rules.py` finds words and `clauses.py` tells if they are denied. `naming_rules.py`
has the rules that name kinds, `readable.py` knows the languages that are read.
"""
