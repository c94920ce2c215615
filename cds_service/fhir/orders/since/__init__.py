"""Find what happened since the operation, which a discharge asks about.

One module for each place that may tell of it: `injuries.py` and `illnesses.py` read the
problem list, `reports.py` the reports of images, `acts.py` the orders and procedures,
`antibiotics.py` the drugs. `long_known.py` tells which diagnoses were known before.
Four modules find broken bones that are on no problem list: `new_fractures.py` and
`coded_fractures.py` those that a report names, `injuries_in_acts.py` those that only an
act names, and `hip_repairs.py` those that an operation shows. `unplanned_acts.py` finds
what was ordered since, outside everyday care.
"""
