"""Yes/no from conditions and procedures: no only from a list that was read and is not empty."""

import pytest

from cds_service.fhir.gathering.picking import Unreadable
from tests.builders import CPT, RECORD, SCT, clinical, coded, condition, findings_of, procedure
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


@pytest.mark.parametrize("status", ["inactive", "remission", "resolved"])
def test_a_past_condition_is_named_and_not_counted(status):
    found = findings_of(condition("S32.012A", status=status), other())
    assert found.is_false("unstable-fracture")
    assert "past entry" in found.known["unstable-fracture"].concerns[0]
    assert found.passed_over[0].name == "unstable-fracture"


@pytest.mark.parametrize(
    ("options", "reason"), cases(__file__, "a_list_that_was_not_read_is_cut_or_empty_says_nothing")
)
def test_a_list_that_was_not_read_is_cut_or_empty_says_nothing(options, reason):
    assert findings_of(**options).gaps["diabetes"].reason == reason


def test_a_broken_entry_of_the_concept_makes_no_impossible():
    broken = Unreadable(reference="Condition/b", key="conditions", concepts=frozenset({"diabetes"}))
    found = findings_of(other(), unreadable=(broken,))
    assert found.gaps["diabetes"].reason == "unreadable"
    assert found.is_false("spinal-infection")


@pytest.mark.parametrize(
    ("members", "counts"), cases(__file__, "onset_else_recorded_date_must_not_lie_after_the_order")
)
def test_onset_else_recorded_date_must_not_lie_after_the_order(members, counts):
    assert findings_of(condition("E11.9", **members), other()).is_true("diabetes") is counts


@pytest.mark.parametrize(("name", "codes"), cases(__file__, "codes_of_each_finding"))
def test_codes_of_each_finding(name, codes):
    for code, system in codes:
        assert findings_of(condition(code, system)).is_true(name), code


@pytest.mark.parametrize("encounter", ["D", "G", "K", "S"])
def test_an_old_unstable_fracture_is_named_and_not_todays(encounter):
    found = findings_of(condition(f"S32.012{encounter}"), other())
    assert found.is_false("unstable-fracture")
    assert "old fracture" in found.passed_over[0].detail


def test_a_personal_history_of_cancer_is_named_and_is_not_cancer():
    found = findings_of(condition("Z85.3"), other()).known["malignancy"]
    assert found.value is False
    assert len(found.concerns) == 1


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


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            {"coding": [{"system": SCT, "code": "271807003"}]},
            "1 of 3 entries on the problem list has a code without words",
        ),
        ({"coding": [{"system": SCT, "code": "271807003", "display": "Сыпь"}]}, "could not be read"),
        ({"text": "Сыпь"}, "could not be read"),
    ],
)
def test_a_bare_code_that_is_not_listed_is_said_to_be_one(code, said):
    strange = {**condition("x"), "id": "strange", "code": code}
    found = findings_of(condition("I10"), strange, entries={"conditions": 3})
    assert said in found.gaps["diabetes"].detail


@pytest.mark.parametrize(("system", "code", "value"), cases(__file__, "spinal_surgery_is_known_by_its_code_alone"))
def test_spinal_surgery_is_known_by_its_code_alone(system, code, value):
    found = findings_of(procedure(coded(code, system)), condition("I10"), entries={"procedures": 1})
    assert found.known["prior-spinal-surgery"].value is value


@pytest.mark.parametrize(
    ("system", "code"),
    [(CPT, "22521"), (CPT, "22524"), (HCPCS, "S2360"), (HCPCS, "S2362"), (HCPCS, "C7505"), (HCPCS, "C7507")],
)
def test_an_augmentation_under_an_older_or_joint_code_is_an_earlier_fracture(system, code):
    found = findings_of(procedure(coded(code, system), "2014-03-01"), condition("I10"), entries={"procedures": 1})
    assert found.is_true("prior-augmentation")
    assert found.is_true("prior-vertebral-fracture")
