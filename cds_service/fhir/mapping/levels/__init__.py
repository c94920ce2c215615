"""Read which vertebrae a text names, and leave out those named for another reason.

`level_names.py` finds all of them. `from_words.py` tells which count, and asks the
others which do not: `left.py` knows those that were not treated, `instrumented.py`
those that screws join, `of_something_else.py` those of an ablation, a catheter or a
part of the bone.

Who asks this reader is told apart by what it reads:
`entries/fractures/levels_of_entries.py` one diagnosis or procedure,
and in `orders/levels/` `treated_levels.py` what an order treats, `broken_levels.py`
what is broken, and `levels_left_in_notes.py` what an operation calls left in its notes.
"""
