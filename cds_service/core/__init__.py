"""Decide what a card says of one patient, without I/O, a clock, FHIR or HTTP.

`case.py` has the order of the steps: figures (`risk/`), signals and facts (`facts/`),
recommendations (`acts/`). `findings.py` and `orders.py` have the types that all of them
read.
"""
