"""Recognise the orders being signed, with their levels, and make suggested orders."""
