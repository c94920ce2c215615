"""Measures of imaging and of the bedside.

Their definitions, and values that were measured elsewhere.

Numbers only: no pixel, mask or image is ever opened.
"""
