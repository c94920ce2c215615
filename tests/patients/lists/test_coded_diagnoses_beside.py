"""Diagnoses by codes alone, in reports, orders, drugs and procedures, as on the list."""

import pytest

from tests.codes import ICD, SCT, codeable
from tests.patients.acts import done, drug, order
from tests.patients.reassuring import cards_of, imaging

GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
GRAVE = [
    *("D48.0", "D49.2", "M84.48XA", "C90.01", "D43.4", "G95.9", "G83.9", "R33.9"),
    *("M21.371", "M86.9", "A18.03", "T81.42XA", "I33.0", "S33.101A"),
]
GERMAN = ["A18.0", "G83.40", "G95.1", "M89.58"]
CODES = [
    *(pytest.param(codeable(ICD, code), id=code) for code in GRAVE),
    *(pytest.param(codeable(GM, code), id=f"gm-{code}") for code in GERMAN),
]
HARMLESS = [
    *("M54.50", "R07.9", "Z12.31", "Z01.818", "I10", "K21.9", "M17.11", "G89.18"),
    *("M80.08XA", "S32.010A", "M81.0", "E11.9", "Z96.641"),
]


def reassures(*entries):
    return "below the usual" in cards_of(*entries)["rehabilitation"]["detail"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("holder", ["report", "order", "drug", "done", "complication"])
def test_a_diagnosis_that_nobody_judged_reassures_nobody(code, holder):
    entry = {
        "report": lambda: imaging(conclusionCode=[code]),
        "order": lambda: order(reasonCode=[code]),
        "drug": lambda: drug(reasonCode=[code]),
        "done": lambda: done(reasonCode=[code]),
        "complication": lambda: done(complication=[code]),
    }[holder]()
    detail = cards_of(entry)["rehabilitation"]["detail"]
    assert "not excluded" in detail.partition("**Not known:**")[2]
    assert "below" not in detail


@pytest.mark.parametrize("code", CODES)
def test_no_end_of_a_brace_is_selected_beside_it(code):
    cards = cards_of(imaging(conclusionCode=[code]), t_score=-2.8)
    card = next(one for name, one in cards.items() if name.startswith("brace"))
    assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize("code", HARMLESS)
def test_a_harmless_code_changes_nothing(code):
    coded = codeable(ICD, code)
    assert reassures(order(reasonCode=[coded]))
    assert reassures(drug(reasonCode=[coded]))


def test_a_procedure_of_years_ago_says_nothing_of_now():
    assert reassures(done(reasonCode=[codeable(ICD, "N39.0")], days=900))


def test_a_contained_diagnosis_counts_and_a_refuted_one_does_not():
    held = {"resourceType": "Condition", "id": "c", "code": codeable(ICD, "D48.0")}
    held["subject"] = {"reference": "Patient/pat-1"}
    refuted = codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
    )
    told = {"reasonReference": [{"reference": "#c"}]}
    assert not reassures(order(contained=[held], **told))
    assert reassures(order(contained=[held | {"verificationStatus": refuted}], **told))


UNKNOWN = [
    pytest.param(codeable(SCT, "60389000"), id="paraplegia, in no value set"),
    pytest.param(codeable(ICD, "xqz"), id="no code at all"),
]


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_result_by_a_code_alone_that_nobody_knows_reassures_nobody(code):
    entry = imaging(conclusionCode=[code])
    assert not reassures(entry)
    cards = cards_of(entry, t_score=-2.8)
    card = next(one for name, one in cards.items() if name.startswith("brace"))
    assert not any(one.get("isRecommended") for one in card["suggestions"])
