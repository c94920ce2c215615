"""Tell which vertebrae are treated, which are broken, and which were left."""
