"""Recognise plain words: those that are understood, and say nothing more.

`plain_words.py` loads the lists, one for each kind of text. Everything that is on none
of them is open.
"""
