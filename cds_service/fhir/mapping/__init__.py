"""Read what codes, words and units mean, from `mappings/` with a site's overlay.

The readers ask `terminology.py` alone, and it asks the folders. `drug_table.py`
knows the drugs, `finding_specs.py` the findings of the vocabulary. `remainders.py`
drops from a text what has been understood.
"""
