"""Tell which acts and diagnoses speak of harm, so that a discharge can read them.

`act_words.py` lists what an act says. `harm_words.py` and `harm_codes.py` judge words
and codes, `harm_in_acts.py` the whole act, `news_in_conditions.py` a diagnosis.
`unusual_titles.py` knows acts by their kind that are none of everyday care.
"""
