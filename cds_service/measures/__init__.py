"""Measures of imaging and of the bedside: definitions, and values from elsewhere.

Only numbers are read: no pixel, mask or image is ever opened.
"""
