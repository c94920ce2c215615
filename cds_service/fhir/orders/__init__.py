"""Recognise the orders being signed, with their levels, and make suggested orders.

Each folder is one question. A folder imports only from those after it: `discharge/`,
`drugs/`, `support/`, `training/`, `injuries/`, `since/`, `operations/`, `unread/`,
`levels/`, `titles/`. `suggested/` imports none of these, and none imports it: there
orders are made, in all others they are read. The modules next to the folders serve
several of them, or all of the service.
"""
