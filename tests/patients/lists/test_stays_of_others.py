"""New orders never name the stay of another patient."""

import pytest

from tests.chart_builders import (
    PATIENT,
    ask,
    brace,
    inpatient,
    kyphoplasty,
    order_sign,
    thin_and_weak,
)

BASE = "https://ehr.example.org/fhir"


def stays_named(**changed):
    """The stays that the new orders name, if the record has this Encounter."""
    stay = {**inpatient(), **changed}
    body = order_sign([*thin_and_weak(), inpatient()], kyphoplasty(), brace())
    given = {name: part for name, part in stay.items() if part is not None}
    body |= {"prefetch": {**body["prefetch"], "encounter": given}, "fhirServer": BASE}
    resources = [
        action["resource"]
        for card in ask(body)
        for suggestion in card["suggestions"]
        for action in suggestion["actions"]
        if action["type"] == "create"
    ]
    assert resources
    return {(one.get("encounter") or {}).get("reference") for one in resources}


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/other",
        "Patient/other/_history/1",
        f"{BASE}/Patient/other",
        "https://other.example.org/fhir/Patient/other",
        f"Patient/{PATIENT}x",
    ],
)
def test_no_new_order_names_a_stay_of_another_patient(reference):
    assert stays_named(subject={"reference": reference}) == {None}


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": f"Patient/{PATIENT}"},
        {"reference": f"{BASE}/Patient/{PATIENT}"},
        {"reference": f"Patient/{PATIENT}", "display": "Ann"},
        {"display": "Ann"},
        None,
    ],
)
def test_a_stay_of_this_patient_or_of_nobody_is_named(subject):
    assert stays_named(subject=subject) == {"Encounter/enc-1"}
