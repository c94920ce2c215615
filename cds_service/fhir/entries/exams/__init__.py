"""Read examinations: what was examined, and what a report or a title says of bones.

`exam_concepts.py` knows an exam by its metadata. `unread_in_report.py` and
`unread_in_study_names.py` tell if its words were understood.
"""
