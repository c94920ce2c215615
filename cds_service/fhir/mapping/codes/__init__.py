"""Recognise codes: their systems and check digits, and what a chapter means."""
