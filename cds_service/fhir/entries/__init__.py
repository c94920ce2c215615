"""Read what one entry of the record names, and what its words leave open.

`entry.py` has the type `Entry`. `concepts.py` asks one module for each kind of entry:
`condition_concepts.py`, `act_concepts.py`, `product_concepts.py` and
`exams/exam_concepts.py`. `grave_asides.py` finds the grave things next to what an entry
is. Below them are six folders. `harm/` tells which acts name harm since an operation,
`grave/` knows the grave things and where they are named, `fractures/` reads which bone
broke, `exams/` reports and titles of examinations, `medication/` drugs and doses, and
`words/` what words say and if they were understood. An entry that names nothing of ours
is a bystander (`words/bystanders.py`). Nothing here asks a server or knows the whole
record: that is `gathering/`.
"""
