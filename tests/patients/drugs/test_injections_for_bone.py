"""An injection for osteoporosis that names no drug is a bone drug, and never none.

In billing exports the code of the act carries the diagnosis; the drug's own code is
often absent. One of eight months ago may be denosumab, overdue.
"""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, ICD, codeable
from tests.patients.reassuring import card_of

FOR_BONE = [codeable(ICD, "M81.0"), codeable(ICD, "M80.08XA"), {"text": "Osteoporosis"}]


def given(code, *, reason=None, days=240):
    """An act of eight months ago, for this reason."""
    why = {"reasonCode": [reason]} if reason else {}
    return of_patient(
        "Procedure",
        "given",
        status="completed",
        code=code,
        performedDateTime=days_ago(days),
        **why,
    )


def ordered(words, reason):
    return of_patient(
        "ServiceRequest",
        "ordered",
        status="active",
        intent="order",
        code={"text": words},
        authoredOn=days_ago(20),
        reasonCode=[reason],
    )


def asks(card):
    words = card["summary"] + card["detail"]
    return "No bone drug" not in words and "none in" not in words


@pytest.mark.parametrize("reason", FOR_BONE)
@pytest.mark.parametrize("code", ["96372", "96365", "96374", "96401"])
def test_the_code_of_an_injection_for_osteoporosis_is_asked_about(code, reason):
    card = card_of(given(codeable(CPT, code), reason=reason))
    assert asks(card)
    assert "below the usual" not in card["detail"]


def test_an_infusion_of_chemotherapy_stays_a_cancer_treatment():
    code = codeable(CPT, "96413") | {"text": "Infusion, first hour"}
    card = card_of(given(code, reason=FOR_BONE[0]))
    assert "a treatment of cancer" in card["detail"].split("**Not known:**")[-1]


def test_chemotherapy_by_injection_for_osteoporosis_is_no_cancer_treatment():
    card = card_of(given(codeable(CPT, "96401"), reason=FOR_BONE[0]))
    assert "cancer" not in card["detail"].split("**Not known:**")[-1]


@pytest.mark.parametrize("reason", FOR_BONE)
@pytest.mark.parametrize(
    "words", ["Injection visit", "Infusion center visit", "Spritze", "点滴"]
)
def test_so_are_the_words_of_an_order(words, reason):
    assert asks(card_of(ordered(words, reason)))


@pytest.mark.parametrize(
    "entry",
    [
        given(codeable(CPT, "96372"), reason=codeable(ICD, "E53.8")),
        given({"text": "Facet injection"}, reason=FOR_BONE[0]),
        given({"text": "Knee injection"}, reason=FOR_BONE[0]),
    ],
)
def test_an_injection_for_something_else_is_no_bone_drug(entry):
    assert "none in 1 medication entry" in card_of(entry)["detail"]


@pytest.mark.parametrize(
    "words",
    ["Injection for osteoporosis", "Osteoporose-Spritze", "Osteoporosis infusion"],
)
def test_a_dose_of_a_drug_that_nobody_names_is_asked_about(words):
    card = card_of(given({"text": words}))
    assert "ask which and when" in card["summary"]
    assert "rebound risk" in card["summary"]
    assert "restart" not in card["summary"]


def test_so_is_one_that_a_statement_reports():
    statement = of_patient(
        "MedicationStatement",
        "reported",
        status="active",
        medicationCodeableConcept={"text": "Injection for osteoporosis"},
        effectiveDateTime=days_ago(240),
    )
    assert "rebound risk" in card_of(statement)["summary"]
