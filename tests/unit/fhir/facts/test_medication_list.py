"""Yes/no from drugs: by code, by name as the last resort, within the months that each drug counts."""

from datetime import date

import pytest

from tests.builders import ATC, RXNORM, coded, condition, dose, findings_of, prescription, statement

ALENDRONATE = coded("904419", RXNORM, text="Alendronic acid 10 MG Oral Tablet")
ZOLEDRONATE = coded("M05BA08", ATC)
DENOSUMAB = coded("M05BX04", ATC)
PREDNISONE = coded("8640", RXNORM, text="prednisone 10 MG Oral Tablet")
OTHER = coded("C08CA01", ATC, text="Amlodipine 5 mg")


@pytest.mark.parametrize(
    "drug",
    [
        ALENDRONATE,
        coded("M05BB03", ATC),
        coded("H05AA02", ATC),
        coded("46041", RXNORM),
        coded("999999", RXNORM, display="Fosamax 70 MG Oral Tablet"),
        {"text": "Alendronate 70 mg weekly"},
    ],
)
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


def test_a_reference_is_read_by_its_display():
    found = findings_of(prescription(medicationReference={"reference": "Medication/x", "display": "Alendronate 70 mg"}))
    assert found.is_true("bone-drug")


@pytest.mark.parametrize(
    "medication", [{"code": ALENDRONATE}, {"ingredient": [{"itemCodeableConcept": coded("46041", RXNORM)}]}]
)
def test_a_contained_medication_is_read_with_its_ingredients(medication):
    contained = [{"resourceType": "Medication", "id": "m", **medication}]
    found = findings_of(prescription(medicationReference={"reference": "#m"}, contained=contained))
    assert found.is_true("bone-drug")


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


@pytest.mark.parametrize(
    ("status", "counts"),
    [("active", True), ("completed", True), ("stopped", False), ("on-hold", False)],
)
def test_a_stopped_tablet_no_longer_counts(status, counts):
    found = findings_of(prescription(ALENDRONATE, on="2026-10-01", status=status))
    assert found.is_true("bone-drug") is counts


def test_an_infusion_counts_on_after_its_prescription_was_stopped():
    assert findings_of(prescription(ZOLEDRONATE, on="2026-01-10", status="stopped")).is_true("bone-drug")


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "draft"])
def test_what_was_never_ordered_is_not_there(status):
    assert not findings_of(prescription(ALENDRONATE, status=status), prescription(OTHER)).is_true("bone-drug")


def test_what_the_patient_reports_counts():
    """US Core 6.1, MedicationRequest: a reported medication has the intent `plan`."""
    assert findings_of(prescription(ALENDRONATE, intent="plan", reportedBoolean=True)).is_true("bone-drug")


@pytest.mark.parametrize("members", [{"intent": "proposal"}, {"intent": "option"}, {"doNotPerform": True}])
def test_a_proposal_or_a_prohibition_is_no_drug(members):
    assert findings_of(prescription(ALENDRONATE, **members), prescription(OTHER)).is_false("bone-drug")


def test_an_old_active_prescription_counts_and_its_age_is_said():
    (concern,) = findings_of(prescription(ALENDRONATE, on="2012-08-16")).known["bone-drug"].concerns
    assert "14 years old" in concern


def test_a_prescription_after_the_order_does_not_count():
    found = findings_of(prescription(ALENDRONATE, on="2026-11-21"), prescription(OTHER))
    assert not found.is_true("bone-drug")
    assert found.passed_over[0].reason == "future"


def test_a_statement_counts_as_long_as_it_runs():
    assert findings_of(statement(ALENDRONATE, effectivePeriod={"start": "2020-01-01"})).is_true("bone-drug")
    ended = {"start": "2020-01-01", "end": "2021-01-01"}
    assert findings_of(statement(ALENDRONATE, effectivePeriod=ended)).is_false("bone-drug")


def test_systemic_steroids_count():
    for drug in (PREDNISONE, coded("H02AB06", ATC), {"text": "Methylprednisolone 8 mg tablet"}):
        assert findings_of(prescription(drug)).is_true("steroid-use")


@pytest.mark.parametrize(
    ("drug", "members"),
    [
        (coded("R03BA02", ATC, text="Budesonide inhaler"), {}),
        ({"text": "Hydrocortisone 1 % cream"}, {}),
        ({"text": "Dexamethasone eye drops"}, {}),
        ({"text": "Triamcinolone oral paste"}, {}),
        ({"text": "Triamcinolone intra-articular"}, {}),
        (coded("5492", RXNORM, text="hydrocortisone"), {"dosageInstruction": [{"route": {"text": "Topical"}}]}),
        ({"text": "Fludrocortisone 0.1 mg"}, {}),
    ],
)
def test_steroids_that_act_where_they_are_applied_do_not(drug, members):
    assert findings_of(prescription(drug, **members)).is_false("steroid-use")


def test_a_single_dose_around_an_operation_is_no_steroid_treatment():
    assert findings_of(dose(coded("H02AB02", ATC), "2026-11-10")).is_false("steroid-use")


def test_denosumab_is_overdue_seven_months_after_the_last_dose():
    found = findings_of(dose(DENOSUMAB, "2025-10-01"), dose(DENOSUMAB, "2026-04-19")).known["denosumab-overdue"]
    assert (found.value, found.observed) == (True, date(2026, 4, 19))
    assert found.provenance[0].printed == "given on 19 Apr 2026"
    assert findings_of(dose(DENOSUMAB, "2026-04-20")).is_false("denosumab-overdue")


def test_a_standing_prescription_does_not_replace_a_dose():
    standing = prescription(DENOSUMAB, on="2025-02-01")
    assert findings_of(standing, dose(DENOSUMAB, "2026-02-01")).is_true("denosumab-overdue")


@pytest.mark.parametrize(
    "later",
    [
        prescription(DENOSUMAB, on="2026-11-01", status="stopped"),
        prescription(DENOSUMAB, on="2026-11-01", status="on-hold"),
        statement(DENOSUMAB, "stopped", effectivePeriod={"start": "2024-01-01", "end": "2026-11-17"}),
        statement(DENOSUMAB, dateAsserted="2026-11-18"),
        statement(DENOSUMAB, "completed", dateAsserted="2026-11-18"),
        prescription(ALENDRONATE, on="2018-01-01"),
    ],
)
def test_what_was_ended_or_only_asserted_or_never_taken_off_is_no_later_dose(later):
    found = findings_of(dose(DENOSUMAB, "2026-02-13"), later).known["denosumab-overdue"]
    assert (found.value, found.observed) == (True, date(2026, 2, 13))


def test_another_bone_drug_since_ends_the_gap():
    late = dose(DENOSUMAB, "2026-01-10")
    assert findings_of(late, dose(ZOLEDRONATE, "2026-07-01")).is_false("denosumab-overdue")
    assert findings_of(late, prescription(ALENDRONATE, on="2026-07-01")).is_false("denosumab-overdue")
    assert findings_of(late, dose(ZOLEDRONATE, "2025-09-01")).is_true("denosumab-overdue")


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


def test_no_denosumab_on_a_list_that_was_read_is_not_overdue():
    assert findings_of(prescription(OTHER)).is_false("denosumab-overdue")


def test_a_state_on_the_problem_list_says_yes_without_a_drug():
    assert findings_of(condition("Z79.52"), prescription(OTHER)).is_true("steroid-use")
