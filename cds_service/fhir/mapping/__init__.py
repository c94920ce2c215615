"""The meaning of codes and units, from the files in `mappings/` with a site's overlay."""
