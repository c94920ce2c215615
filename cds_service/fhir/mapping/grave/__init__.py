"""Find parts of words that tell of something grave, or look for it.

No list of such names is ever complete. A part states nothing and leaves an entry open.
"""
