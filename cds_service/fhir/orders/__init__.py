"""Recognises the orders being signed and their levels.

Builds the orders that a card suggests.
"""
