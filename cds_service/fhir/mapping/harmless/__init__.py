"""Recognise what is harmless here: names of diseases, and acts.

"No" is said only of words that these modules know.
"""
