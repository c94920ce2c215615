"""Whole populations: exports and outcomes, validation, recalibration.

The web process loads nothing of this room.
"""
