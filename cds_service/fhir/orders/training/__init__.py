"""Find the orders that limit training, and those that ended with an earlier stay.

Orders of training that end with the present stay are in `../ward_training.py`.
"""
