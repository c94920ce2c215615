"""Read what a discharge asks about: the operation that was done, and what is open.

`since/`, next to this folder, finds what happened after the operation.
"""
