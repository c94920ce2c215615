"""Read which bone broke, and when, from the codes and words of one entry.

Which vertebra the body site of a code means is in `../words/fracture_sites.py`, since
the readers of words ask for it too.
"""
