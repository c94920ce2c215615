"""Read the words of an entry: what they state, and if they were understood.

`asides.py` says which elements have words, `problem_words.py` what a statement says.
`unread_in_reasons.py` tells if all of it was understood, with `bystanders.py`, which
knows what has nothing to do with the stability of the spine.
"""
