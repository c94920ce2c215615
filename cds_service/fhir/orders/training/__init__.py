"""Find the orders that limit training, and those that end with a stay in hospital.

`past_stays.py` is about earlier stays, `ward_training.py` about the one that ends now.
"""
