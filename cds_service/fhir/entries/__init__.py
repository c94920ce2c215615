"""Read what one entry of the record names, and what its words leave open.

`entry.py` has the type `Entry`. `concepts.py` asks one module for each kind of entry:
`condition_concepts.py`, `act_concepts.py`, `product_concepts.py`, `exam_concepts.py`.
They ask what the words next to a title say (`asides.py`, `grave_asides.py`,
`drug_asides.py`, `problem_words.py`), and if they were understood (the `unread_` files,
`plain_doses.py`, `order_titles.py`). An entry that names nothing of ours is a bystander
(`bystanders.py`). Nothing here asks a server or knows the whole record: that is
`gathering/`.
"""
