"""Records as hospitals write them, from the files of this folder."""

import tomllib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
# What stands beside each text of `each`, by the kind of resource that `among` names.
BESIDE = {
    "conditions": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}],
    "medications": [{"text": "Amlodipine 5 mg"}],
    "procedures": [{"text": "Appendectomy", "performedDateTime": "2001-01-01"}],
    "reports": [],
    "statements": [],
}
CASES = [
    pytest.param(one, id=f"{path.stem}-{number}-{words or case['why'][:50]}")
    for path in sorted(FOLDER.glob("record-*.toml"))
    for number, case in enumerate(
        tomllib.loads(path.read_text(encoding="utf-8"))["case"], 1
    )
    for words in case.get("each", [""])
    for kind in [case.get("among", "conditions")]
    for one in [
        case | {kind: [*BESIDE[kind], {"text": words, **case.get("entry", {})}]}
        if words
        else case
    ]
]
