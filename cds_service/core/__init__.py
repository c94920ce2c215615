"""Decide what a card says of one patient, without I/O, a clock, FHIR or HTTP.

`case.py` has the order of the steps: figures (`assessment.py`), signals and facts
(`facts/`), recommendations (`recommendations.py`). `findings.py` has the types that
all of them read.
"""
