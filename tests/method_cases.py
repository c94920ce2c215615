"""Words on how an image was measured, with what they make of its value."""

import tomllib
from pathlib import Path
from typing import Any

from tests.builders import coded

TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
CASES = [
    *((*case, "accepted") for case in TABLE["accepted"]),
    *((*case, "unknown") for case in TABLE["unknown"]),
    *((*case, why) for why, cases in TABLE["other"].items() for case in cases),
]
DICOM = "http://dicom.nema.org/resources/ontology/DCM"


def said(element: str, words: str) -> dict[str, Any]:
    """Elements of an Observation that say these words."""
    code, _, value = words.partition(": ")
    return {
        "method": {"method": {"text": words}},
        "dicom": {"method": coded(words, DICOM)},
        "bodySite": {"method": {"text": "MRI, T2"}, "bodySite": {"text": words}},
        "device": {"device": {"display": words}},
        "performer": {"performer": [{"display": words}]},
        "note": {"note": [{"text": words}]},
        "component": {
            "component": [{"code": {"text": code}, "valueString": value or "yes"}]
        },
    }[element]
