"""Find the augmentation that is ordered, booked or done, and what it did not treat."""
