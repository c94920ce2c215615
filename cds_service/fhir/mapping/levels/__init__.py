"""Read which vertebrae a text names, and leave out those named for another reason.

`level_names.py` finds all of them. `from_words.py` tells which count. It asks three
modules which do not:

- `left.py`: vertebrae that were not treated
- `instrumented.py`: those that screws join
- `of_something_else.py`: those of an ablation, a catheter or a part of the bone

Four modules ask for the vertebrae of a text, each of other texts:

- `fhir/entries/fractures/levels_of_entries.py`: one diagnosis or procedure
- `fhir/orders/levels/treated_levels.py`: an order, for what it treats
- `fhir/orders/levels/broken_levels.py`: orders and diagnoses, for what is broken
- `fhir/orders/levels/levels_left_in_notes.py`: notes of an operation, for what it left
"""
