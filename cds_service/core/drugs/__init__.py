"""A patient's bone drugs: from their entries to the one state that a card says.

`bone_drugs.py` has their names and kinds, `drug_uses.py` combines the entries of each,
`drug_courses.py` compares the drugs in time, `drug_states.py` finds the state.
"""
