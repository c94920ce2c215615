"""Yes/no from conditions and procedures: no only from a list that was read and is not empty."""

import pytest

from tests.builders import RECORD, clinical, coded, condition, findings_of, procedure
from tests.codes import CPT, SCT
from tests.tables import cases

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
PCS, OPS = "http://www.cms.gov/Medicare/Coding/ICD10", "http://fhir.de/CodeSystem/bfarm/ops"


def other() -> dict:
    """An entry that is none of ours, so that the list is not empty."""
    return condition("I10")


def worded(text, code="I10", **members):
    entry = condition(code, **members)
    return entry | {"id": "worded", "code": {**(entry["code"] if code != "I10" else {}), "text": text}}


def augmented(on="2025-06-01", status="completed", code=None):
    return procedure(code or coded("22514", CPT), on, status)


TWICE = {"clinicalStatus": {"coding": [*clinical("active")["coding"], *clinical("recurrence")["coding"]]}}


ROWS = RECORD | {"worded": worded, "augmented": augmented, "TWICE": TWICE}


@pytest.mark.parametrize(("name", "entry", "value"), cases(__file__, "what_lists_that_were_read_say", ROWS))
def test_what_lists_that_were_read_say(name, entry, value):
    found = findings_of(entry, other(), entries={"procedures": 3, "medications": 3})
    assert (found.known[name].value if name in found.known else found.gaps[name].reason) == value
    assert value is not False or name != "diabetes" or found.known[name].concerns == ()


@pytest.mark.parametrize(
    ("members", "counts"), cases(__file__, "onset_else_recorded_date_must_not_lie_after_the_order")
)
def test_onset_else_recorded_date_must_not_lie_after_the_order(members, counts):
    assert findings_of(condition("E11.9", **members), other()).is_true("diabetes") is counts


@pytest.mark.parametrize(("name", "codes"), cases(__file__, "codes_of_each_finding"))
def test_codes_of_each_finding(name, codes):
    for code, system in codes:
        assert findings_of(condition(code, system)).is_true(name), code


@pytest.mark.parametrize(("finding", "words"), cases(__file__, "a_condition_named_only_in_words_is_neither_yes_nor_no"))
@pytest.mark.parametrize(
    "coding", [[], [{"system": SCT, "code": "422034002"}], [{"system": "urn:local", "code": "X1"}]]
)
def test_a_condition_named_only_in_words_is_neither_yes_nor_no(finding, words, coding):
    entry = condition("I10") | {
        "id": "worded",
        "code": {"coding": coding, "text": words} if coding else {"text": words},
    }
    found = findings_of(entry, other())
    assert found.gaps[finding].reason == "undetermined"
    assert "words" in found.gaps[finding].detail
    assert "Metastasis" not in found.gaps[finding].detail  # words of the record stay in the record


@pytest.mark.parametrize(("system", "code", "value"), cases(__file__, "spinal_surgery_is_known_by_its_code_alone"))
def test_spinal_surgery_is_known_by_its_code_alone(system, code, value):
    found = findings_of(procedure(coded(code, system)), condition("I10"), entries={"procedures": 1})
    assert found.known["prior-spinal-surgery"].value is value
