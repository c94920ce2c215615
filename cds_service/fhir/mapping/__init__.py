"""Read what codes, words and units mean, from `mappings/` with a site's overlay."""
