"""Hold the models in force against a site's outcomes, and recalibrate them."""
