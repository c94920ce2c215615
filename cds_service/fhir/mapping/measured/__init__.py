"""Read what words say of a measured value: its measure, its class, its number."""
