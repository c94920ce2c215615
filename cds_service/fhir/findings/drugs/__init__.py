"""Find what the lists of drugs tell: bone drugs, steroids, and who takes them."""
