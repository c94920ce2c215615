"""The meaning of codes and units.

It comes from the files in `mappings/`, with a site's overlay.
"""
