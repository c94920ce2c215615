"""Read what codes, words and units mean, from `mappings/` with a site's overlay.

`terminology.py` is the door: the readers ask it, and it asks the rooms. `drug_table.py`
knows the drugs, `finding_specs.py` the findings of the vocabulary. `remainders.py`
drops from a text what has been understood.
"""
