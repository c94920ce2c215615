"""Find the orders that limit training, and those that ended with an earlier stay."""
