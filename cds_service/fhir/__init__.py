"""The FHIR side: R4 resources in, findings out; advice in, R4 orders out.

All readers take the raw JSON of the record, whose members may be missing or of a wrong
type. They ask `raw_json.py`, for which such a member is empty, so that no resource
makes a reader raise an error. What could not be read is named elsewhere: `parsing.py`
counts broken resources.
"""
