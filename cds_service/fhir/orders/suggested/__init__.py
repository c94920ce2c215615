"""Make the orders that a card offers, and correct the end of a brace order."""
