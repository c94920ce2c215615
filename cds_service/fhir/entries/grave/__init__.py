"""Read the grave things that no diagnosis of the problem list states.

`grave_concepts.py` lists them. Each other module knows one way in which a report, an
order, a drug or a procedure may name one; `../grave_asides.py` asks them all.
"""
