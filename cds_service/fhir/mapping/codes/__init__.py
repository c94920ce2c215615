"""Recognise codes: their systems and check digits, and what a chapter means.

`mapping_files.py` reads the value sets and maps of `mappings/`.
"""
