"""Read lengths of time and last days from the words of an order.

`durations.py` reads a whole text, with the help of the others: `duration_words.py` has
the words of all languages, `duration_steps.py` joins lengths that follow each other.
"""
