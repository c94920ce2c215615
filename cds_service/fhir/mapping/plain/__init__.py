"""Recognise plain words: those that change nothing in what an order asks for."""
