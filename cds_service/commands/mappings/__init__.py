"""Commands about what codes and words mean: check, learn, confirm and expand."""
