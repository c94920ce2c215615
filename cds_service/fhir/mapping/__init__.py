"""The meaning of codes and units.

From the files in `mappings/` with a site's overlay.
"""
