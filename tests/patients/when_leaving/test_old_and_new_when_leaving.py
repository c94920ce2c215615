"""What words call old is no news of the stay, and what they call new is."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import ATC, codeable
from tests.patients.leaving import cards_beside, image_report


def typed(words: str, *, days: int = 1, onset: int | None = 1, **members: Any) -> Any:
    """A diagnosis in words with the day of recording, and an onset."""
    said = {
        "code": {"text": words},
        "recordedDate": days_ago(days),
        "onsetDateTime": None if onset is None else days_ago(onset),
    }
    return problem("x", number="g", **said | members)


def apixaban(purpose: str) -> Any:
    """A drug that was ordered since the operation."""
    return of_patient(
        "MedicationRequest",
        "apixaban",
        status="active",
        intent="order",
        medicationCodeableConcept=codeable(ATC, "B01AF02", "apixaban 5 mg"),
        authoredOn=days_ago(0),
        reasonCode=[{"text": purpose}],
    )


@pytest.mark.parametrize(
    "words",
    [
        *("Old MI 2012", "Z.n. Hysterektomie", "Z.n. Cholezystektomie"),
        *("Z.n. Appendektomie", "Z.n. Myokardinfarkt 2012"),
    ],
)
def test_an_onset_that_a_system_fills_in_makes_nothing_old_new(words: str) -> None:
    assert cards_beside(typed(words)) == []


@pytest.mark.parametrize("words", ["MI", "Hysterektomie", "Old MI, new MI", "MI 2026"])
def test_what_no_word_calls_old_is_read(words: str) -> None:
    assert cards_beside(typed(words))


def test_an_onset_of_its_own_makes_it_new() -> None:
    assert cards_beside(typed("Old MI 2012", days=0, onset=1))


@pytest.mark.parametrize("words", ["Recurrent UTI", "Rezidivierende Harnwegsinfekte"])
def test_infections_that_come_back_are_news_only_with_an_onset(words: str) -> None:
    assert cards_beside(typed(words, onset=None)) == []
    assert cards_beside(typed(words))


@pytest.mark.parametrize(
    "conclusion",
    [
        "Cement w trzonie L1 prawidłowo, bez wycieku. Bez nowych złamań.",
        "Status post kyphoplasty L1, old T8 fracture",
        "Alte Fraktur BWK 8 (2019), LWK 1 mit Zement",
        "Old T8 fracture, cement in L1, no leak.",
    ],
)
def test_a_plain_check_with_an_old_fracture_is_understood(conclusion: str) -> None:
    assert cards_beside(image_report(conclusion)) == []


@pytest.mark.parametrize(
    "conclusion",
    [
        "Cement w trzonie L1 nieprawidłowo.",
        "Status post kyphoplasty L1, T8 fracture",
        "Status post kyphoplasty L1, new T8 fracture, old T9 fracture",
        "Alte Fraktur BWK 8 (2019), LWK 2 mit Zement",
        "Alte Fraktur BWK 8, Zement im Spinalkanal",
        "Old T8 fracture with cement in T8",
    ],
)
def test_what_else_such_a_check_says_is_read(conclusion: str) -> None:
    assert cards_beside(image_report(conclusion))


@pytest.mark.parametrize(
    "purpose",
    ["old and new DVT", "history of PE and new DVT", "alte und neue TVT", "new DVT"],
)
def test_a_drug_for_what_is_new_as_well_is_read(purpose: str) -> None:
    assert cards_beside(apixaban(purpose))


@pytest.mark.parametrize(
    "purpose", ["old DVT", "history of PE", "Old DVT, newly on apixaban"]
)
def test_a_drug_for_what_is_old_is_not(purpose: str) -> None:
    assert cards_beside(apixaban(purpose)) == []


@pytest.mark.parametrize("title", ["stroke, hypertension", "Schlaganfall, Hypertonie"])
def test_a_list_of_diagnoses_as_a_title_is_read(title: str) -> None:
    order = of_patient(
        "ServiceRequest",
        "title",
        status="active",
        intent="order",
        code={"text": title},
        authoredOn=days_ago(0),
    )
    assert cards_beside(order)


def test_a_bladder_scan_does_not_make_a_duplex_everyday() -> None:
    order = of_patient(
        "ServiceRequest",
        "scans",
        status="active",
        intent="order",
        code={"text": "Bladder scan and duplex leg"},
        authoredOn=days_ago(0),
    )
    assert cards_beside(order)
