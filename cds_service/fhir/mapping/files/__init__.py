"""Read the files of `mappings/texts/` and the units, and lay a site's files over ours.

Value sets and maps are read by `../codes/mapping_files.py`, the vocabulary by
`../finding_specs.py`, and each other file by the module that its docstring names.
"""
