"""Recognise the orders being signed, with their levels, and make suggested orders.

Each folder is one question. A folder imports only from those after it: `discharge/`,
`drugs/`, `braces/`, `training/`, `injuries/`, `since/`, `operations/`, `unread/`,
`levels/`. `keep_reasons.py`, which reads why an order keeps a brace on, is not in
`braces/`, since `injuries/` asks it too.
"""
