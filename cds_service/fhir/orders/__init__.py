"""Recognise the orders being signed, with their levels, and make suggested orders.

Each folder is one question. A folder imports only from those after it: `discharge/`,
`drugs/`, `support/`, `braces/`, `training/`, `injuries/`, `since/`, `operations/`,
`unread/`, `levels/`. The modules next to the folders serve several of them:
`keep_reasons.py`, which reads why an order keeps a brace on, `support/` and
`injuries/`.
"""
