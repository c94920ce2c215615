"""Read the dates that words name: days and years.

Lengths of time and last days of an order are read in `../durations/`.
"""
