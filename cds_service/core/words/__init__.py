"""Say values, days and lists in words that another language can say too.

`phrases.py` keeps how a text was made, `languages.py` says it by a language file.
"""
