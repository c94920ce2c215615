"""Find the augmentation that is ordered or done, and what it did not treat."""
