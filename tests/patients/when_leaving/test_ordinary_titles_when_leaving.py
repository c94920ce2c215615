"""Ordinary old titles of the list of an admission ask nothing; new ones do."""

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.patients.leaving import page_after, summaries_beside

OLD = [
    *("Shingles 2019", "Z.n. Herpes zoster 2019", "Zona 2019", "Gordelroos 2019"),
    *("Półpasiec 2019", "帯状疱疹後 2019年", "대상포진 2019", "Recurrent UTIs"),
    *("Rezidivierende HWI", "Infections urinaires à répétition", "ITU de repetición"),
    *("Infezioni urinarie ricorrenti", "Recidiverende UWI", "Nawracające ZUM"),
    *("TIA 2012", "Z.n. TIA 2012", "AIT 2012", "IHD - stents 2015", "Raised BMI"),
    *("Penicillin allergy - rash", "Appendicectomy as child", "Uchyłkowatość"),
]
NOT_UNDERSTOOD = ["Półpasiec 2019", "대상포진 2019", "Nawracające ZUM", "Uchyłkowatość"]
NEW = [
    *("Shingles", "Shingles 2026", "UTI", "Shingles 2019, discitis", "Raised CRP"),
    *("Recurrent UTI with sepsis", "Penicillin allergy - anaphylaxis"),
    *("TIA", "TIA 2026", "TIA 2012, hip fracture", "TIA 2012 and stroke 2026"),
    *("IHD - stent yesterday", "Recurrent TIA"),
]


def listed(words, days):
    return problem("x", number="g", code={"text": words}, recordedDate=days_ago(days))


@pytest.mark.parametrize("days", [2, 6])
@pytest.mark.parametrize("words", OLD)
def test_an_old_title_asks_nothing(words, days):
    assert summaries_beside(listed(words, days)) == []


# In Polish and Korean a short title is not understood, and holds the page back.
@pytest.mark.parametrize("words", [one for one in OLD if one not in NOT_UNDERSTOOD])
def test_nor_does_it_hold_the_page_back(words):
    assert page_after(listed(words, 6))["mayTrain"]


@pytest.mark.parametrize("words", NEW)
def test_a_title_that_may_be_new_asks(words):
    assert summaries_beside(listed(words, 2)) != []


@pytest.mark.parametrize("members", [{"onsetDateTime": days_ago(1)}, {"note": "x"}])
def test_so_does_an_old_one_of_which_more_is_said(members):
    said = {"note": [{"text": "Speech gone again"}]} if "note" in members else members
    illness = {**listed("TIA 2012", 2), **said}
    assert summaries_beside(illness) != []


def test_a_dutch_check_with_all_in_place_asks_nothing():
    report = of_patient(
        "DiagnosticReport",
        "check",
        status="final",
        code={"text": "X-ray lumbar spine"},
        effectiveDateTime=days_ago(1),
        conclusion="Cement goed gepositioneerd. Geen nieuwe fractuur.",
    )
    assert summaries_beside(report) == []
