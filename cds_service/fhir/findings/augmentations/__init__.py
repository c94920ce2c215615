"""Tell what the augmentations on record were: for what, and of which fracture."""
