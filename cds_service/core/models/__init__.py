"""Compute figures from published numbers: the pooled model and the studies.

`pooled.py` applies the pooled model, `prediction.py` the reduced models of a study.
Three modules read the files: `study_files.py`, `pooled_table.py` and
`reduced_tables.py`.
"""
