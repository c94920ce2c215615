"""Find the one state of a patient's bone drugs that a card says, from their entries.

`bone_drugs.py` has the names and kinds of the drugs, `drug_entries.py` what one entry
tells. `drug_uses.py` combines the entries of each drug: `stopped_drugs.py` doubts what
was stopped, `dose_days.py` finds the doses, `present_course.py` start and end.
`drug_courses.py` compares the drugs in time, and `drug_states.py` finds the state.
"""
