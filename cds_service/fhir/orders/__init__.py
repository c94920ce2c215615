"""Recognise the orders being signed, with their levels, and make suggested orders.

Each folder is one question. Folders import downwards: `discharge/`, `drugs/`,
`braces/`, `training/`, `injuries/`, `since/`, `operations/`, `unread/`, `levels/`.
So a module that a lower folder asks is here, although a higher one might name it:
`keep_reasons.py` (why its order says that a brace stays, which `injuries/` asks too).
"""
