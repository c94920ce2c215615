"""Yes/no from drugs: by code, by name as the last resort, within the months that each drug counts."""

from datetime import date

import pytest

from tests.builders import ATC, RECORD, RXNORM, coded, dose, findings_of, prescription
from tests.tables import cases

ALENDRONATE = coded("904419", RXNORM, text="Alendronic acid 10 MG Oral Tablet")
ZOLEDRONATE = coded("M05BA08", ATC)
DENOSUMAB = coded("M05BX04", ATC)
PREDNISONE = coded("8640", RXNORM, text="prednisone 10 MG Oral Tablet")
OTHER = coded("C08CA01", ATC, text="Amlodipine 5 mg")


def within(medication):
    contained = [{"resourceType": "Medication", "id": "m", **medication}]
    return prescription(medicationReference={"reference": "#m"}, contained=contained)


NAMED = {"ALENDRONATE": ALENDRONATE, "ZOLEDRONATE": ZOLEDRONATE, "DENOSUMAB": DENOSUMAB, "PREDNISONE": PREDNISONE}
DRUGS = RECORD | NAMED | {"within": within}


@pytest.mark.parametrize("drug", cases(__file__, "a_bone_drug_is_found_by_code_class_or_name", DRUGS))
def test_a_bone_drug_is_found_by_code_class_or_name(drug):
    found = findings_of(prescription(drug)).known["bone-drug"]
    assert found.value is True
    assert found.provenance[0].printed == "on the medication list since 1 Oct 2026"


def test_recognition_by_name_is_said():
    assert findings_of(prescription(ALENDRONATE)).known["bone-drug"].concerns == ()
    (concern,) = findings_of(prescription({"text": "Prolia"})).known["bone-drug"].concerns
    assert "by its name" in concern


@pytest.mark.parametrize(
    "drug", [coded("A12AA04", ATC), coded("A11CC05", ATC), coded("A11CC04", ATC), {"text": "Calcium and vitamin D"}]
)
def test_calcium_and_vitamin_d_alone_are_no_bone_drug(drug):
    found = findings_of(prescription(drug), entries={"medications": 11}).known["bone-drug"]
    assert found.value is False
    assert found.provenance[0].printed == "not on the medication list (11 entries read)"


def test_no_needs_a_list_that_was_read_and_is_not_empty():
    assert findings_of().gaps["bone-drug"].reason == "undetermined"
    for key in ("medications", "administrations", "statements"):
        gap = findings_of(prescription(OTHER), failed=(key,)).gaps["bone-drug"]
        assert gap.reason == "not-read"
        assert "could not be read" in gap.detail
    assert findings_of(prescription(OTHER), incomplete=("medications",)).gaps["bone-drug"].reason == "not-read"


@pytest.mark.parametrize("drug", [None, {"coding": [{"system": RXNORM, "code": "999999"}]}])
def test_a_drug_that_cannot_be_told_makes_no_impossible(drug):
    members = {} if drug else {"medicationReference": {"reference": "Medication/elsewhere"}}
    found = findings_of(prescription(OTHER), prescription(drug, **members))
    for name in ("bone-drug", "steroid-use", "denosumab-overdue"):
        assert found.gaps[name].reason == "undetermined"


@pytest.mark.parametrize(("name", "resources", "value"), cases(__file__, "what_a_list_says_of_a_drug", DRUGS))
def test_what_a_list_says_of_a_drug(name, resources, value):
    """Yes, or no of a list that was read and is not empty."""
    assert findings_of(*resources, prescription(OTHER)).known[name].value is value


# TODAY is 20 November 2026.
@pytest.mark.parametrize(
    ("drug", "last_counting", "too_old"),
    [
        (ZOLEDRONATE, "2025-08-20", "2025-08-19"),
        (DENOSUMAB, "2026-03-20", "2026-03-19"),
        (ALENDRONATE, "2026-07-20", "2026-07-19"),
    ],
)
def test_each_drug_counts_for_its_months(drug, last_counting, too_old):
    assert findings_of(dose(drug, last_counting)).is_true("bone-drug")
    found = findings_of(dose(drug, too_old)).known["bone-drug"]
    assert found.value is False
    assert found.provenance[0].printed.startswith("not current on the medication list")
    assert "last recorded" in found.concerns[0]


def test_an_old_active_prescription_counts_and_its_age_is_said():
    (concern,) = findings_of(prescription(ALENDRONATE, on="2012-08-16")).known["bone-drug"].concerns
    assert "14 years old" in concern


def test_a_prescription_after_the_order_does_not_count():
    found = findings_of(prescription(ALENDRONATE, on="2026-11-21"), prescription(OTHER))
    assert not found.is_true("bone-drug")
    assert found.passed_over[0].reason == "future"


def test_denosumab_is_overdue_seven_months_after_the_last_dose():
    found = findings_of(dose(DENOSUMAB, "2025-10-01"), dose(DENOSUMAB, "2026-04-19")).known["denosumab-overdue"]
    assert (found.value, found.observed) == (True, date(2026, 4, 19))
    assert found.provenance[0].printed == "given on 19 Apr 2026"
    assert findings_of(dose(DENOSUMAB, "2026-04-20")).is_false("denosumab-overdue")


@pytest.mark.parametrize(
    "later", cases(__file__, "what_was_ended_or_only_asserted_or_never_taken_off_is_no_later_dose", DRUGS)
)
def test_what_was_ended_or_only_asserted_or_never_taken_off_is_no_later_dose(later):
    found = findings_of(dose(DENOSUMAB, "2026-02-13"), later).known["denosumab-overdue"]
    assert (found.value, found.observed) == (True, date(2026, 2, 13))


def test_a_dose_known_from_the_prescription_only_is_said():
    found = findings_of(prescription(DENOSUMAB, on="2025-12-01", status="completed")).known["denosumab-overdue"]
    assert found.value is True
    assert "from the prescription" in found.concerns[0]


def test_an_unread_list_of_doses_is_said_beside_an_overdue_one():
    found = findings_of(prescription(DENOSUMAB, on="2025-12-01"), failed=("administrations",))
    assert any("could not be read" in concern for concern in found.known["denosumab-overdue"].concerns)


def test_a_prescription_after_the_last_dose_is_no_dose():
    found = findings_of(dose(DENOSUMAB, "2026-02-13"), prescription(DENOSUMAB, on="2026-09-21"))
    assert "last dose 13 Feb 2026; prescribed since" in found.gaps["denosumab-overdue"].detail
    in_time = findings_of(dose(DENOSUMAB, "2026-08-01"), prescription(DENOSUMAB, on="2026-09-21"))
    assert in_time.known["denosumab-overdue"].observed == date(2026, 8, 1)


def test_denosumab_without_a_day_is_undetermined():
    gap = findings_of(prescription(DENOSUMAB, on=None)).gaps["denosumab-overdue"]
    assert gap.reason == "undetermined"
