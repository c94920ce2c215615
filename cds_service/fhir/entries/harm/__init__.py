"""Tell which acts and diagnoses name harm, so that a discharge can read them.

`act_words.py` lists what an act says. `harm_words.py` and `harm_codes.py` judge words
and codes, `harm_in_acts.py` the whole act, `news_in_conditions.py` a diagnosis.
`unusual_titles.py` recognises acts outside everyday care by their kind.
"""
