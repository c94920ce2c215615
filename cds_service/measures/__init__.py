"""Measures of imaging and of the bedside: their definitions, and values that were measured elsewhere.

Numbers only: no pixel, mask or image is ever opened.
"""
