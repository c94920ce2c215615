"""Yes/no from drugs: by code, by name as the last resort, within the months that each drug counts."""

from datetime import date

import pytest

from tests.builders import RECORD, coded, dose, findings_of, prescription
from tests.codes import ATC, RXNORM
from tests.tables import cases

ALENDRONATE = coded("904419", RXNORM, text="Alendronic acid 10 MG Oral Tablet")
ZOLEDRONATE = coded("M05BA08", ATC)
DENOSUMAB = coded("M05BX04", ATC)
PREDNISONE = coded("8640", RXNORM, text="prednisone 10 MG Oral Tablet")
OTHER = coded("C08CA01", ATC, text="Amlodipine 5 mg")


def within(medication):
    contained = [{"resourceType": "Medication", "id": "m", **medication}]
    return prescription(medicationReference={"reference": "#m"}, contained=contained)


NAMED = {
    "ALENDRONATE": ALENDRONATE,
    "ZOLEDRONATE": ZOLEDRONATE,
    "DENOSUMAB": DENOSUMAB,
    "PREDNISONE": PREDNISONE,
}
DRUGS = RECORD | NAMED | {"within": within}


@pytest.mark.parametrize(
    "drug", cases(__file__, "a_bone_drug_is_found_by_code_class_or_name", DRUGS)
)
def test_a_bone_drug_is_found_by_code_class_or_name(drug):
    found = findings_of(prescription(drug)).known["bone-drug"]
    assert found.value is True
    assert found.provenance[0].printed == "on the medication list since 1 Oct 2026"


@pytest.mark.parametrize(
    ("name", "resources", "value"), cases(__file__, "what_a_list_says_of_a_drug", DRUGS)
)
def test_what_a_list_says_of_a_drug(name, resources, value):
    """Yes, or no of a list that was read and is not empty."""
    assert findings_of(*resources, prescription(OTHER)).known[name].value is value


@pytest.mark.parametrize(
    ("name", "entry"),
    cases(__file__, "what_was_taken_on_a_day_that_is_not_recorded_is_no_no", DRUGS),
)
def test_what_was_taken_on_a_day_that_is_not_recorded_is_no_no(name, entry):
    assert (
        "when it was taken" in findings_of(entry, prescription(OTHER)).gaps[name].detail
    )


@pytest.mark.parametrize(
    "later",
    cases(
        __file__,
        "what_was_ended_or_only_asserted_or_never_taken_off_is_no_later_dose",
        DRUGS,
    ),
)
def test_what_was_ended_or_only_asserted_or_never_taken_off_is_no_later_dose(later):
    found = findings_of(dose(DENOSUMAB, "2026-02-13"), later).known["denosumab-overdue"]
    assert (found.value, found.observed) == (True, date(2026, 2, 13))
