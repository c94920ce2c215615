"""Recognises the orders being signed and their levels, and builds the orders that a card suggests."""
