"""Records as hospitals write them, read by the real path from prefetch to findings; each says why by which source."""

import tomllib
from pathlib import Path

import pytest

from tests.gathered_records import read

FOLDER = Path(__file__).parent
# What stands beside each text of `each`, by the kind of resource that `among` names.
BESIDE = {
    "conditions": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}],
    "medications": [{"text": "Amlodipine 5 mg"}],
    "procedures": [{"text": "Appendectomy", "performedDateTime": "2001-01-01"}],
    "reports": [],
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


@pytest.mark.parametrize("case", CASES)
def test_a_record_is_read_as_a_careful_person_reads_it(case):
    found = read(case)
    for name, expected in case["expect"].items():
        if expected == "gap":
            assert name in found.gaps, (
                f"{name} is {found.known[name].value}: {case['why']}"
            )
            continue
        if expected == "not no":
            assert name in found.gaps or found.known[name].value is True, (
                f"{name} is no: {case['why']}"
            )
            continue
        if expected == "not yes":
            assert name in found.gaps or found.known[name].value is False, (
                f"{name} is yes: {case['why']}"
            )
            continue
        assert name in found.known, f"{name}: {found.gaps[name].detail}: {case['why']}"
        value = found.known[name].value
        assert value == (
            expected
            if isinstance(expected, bool)
            else pytest.approx(expected, abs=0.05)
        )
    for name, label in case.get("labels", {}).items():
        assert found.known[name].label == label
    for name, site in case.get("sites", {}).items():
        assert found.known[name].site == site


def test_there_are_cases_and_each_names_why_and_its_source():
    assert len(CASES) >= 170
    assert all(
        one.values[0]["why"] and one.values[0]["source"] and one.values[0]["expect"]
        for one in CASES
    )
