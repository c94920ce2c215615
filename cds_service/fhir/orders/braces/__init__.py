"""Find the orders of braces and bed rest, and correct the end of a brace."""
