"""Read when a drug was taken, and until when."""
