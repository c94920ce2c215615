"""Figures from published numbers: the pooled model, the studies, and their files.

`prediction.py` applies a study's reduced models, `pooled.py` the pooled model; a module
named after a file (`study_files.py`, `pooled_table.py`, `reduced_tables.py`) reads it.
"""
