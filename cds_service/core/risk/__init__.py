"""Say how high the risk is, and what forbids to say it.

`assessment.py` asks the models, `open_points.py` what the record leaves open, and
`risk_words.py` says as much as both allow. `grave_findings.py` lists what is grave.
"""
