"""What another order of these days is for, and who cannot walk, before the cement."""

from typing import Any

import pytest

from tests.chart_builders import of_patient
from tests.patients.inpatients import days_ago
from tests.patients.reassuring import cards_of, dated, imaging

LEADS = "New neurological deficit not excluded"
GAIT = "trouble of bladder, bowel or gait"


def consult(reason: str, *, days: int = 1, title: str = "Neurosurgery consult") -> Any:
    return of_patient(
        "ServiceRequest",
        "consult",
        status="active",
        intent="order",
        code={"text": title},
        authoredOn=days_ago(days),
        reasonCode=[{"text": reason}],
    )


def summary_beside(*entries: Any) -> str:
    return str(cards_of(*entries)["rehabilitation"]["summary"])


@pytest.mark.parametrize(
    "reason",
    [
        "New left foot drop since yesterday, urinary retention",
        "Leg weakness since yesterday",
        "V.a. Caudasyndrom",
        "Urinary retention",
    ],
)
def test_a_deficit_in_another_order_leads(reason: str) -> None:
    assert LEADS in summary_beside(consult(reason))


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(consult("New left foot drop", days=30), id="a month ago"),
        pytest.param(consult("Foot drop 2015"), id="of an earlier year"),
        pytest.param(consult("Fear of paraplegia"), id="feared"),
        pytest.param(consult("Back pain"), id="pain"),
    ],
)
def test_what_is_old_or_feared_there_leads_nothing(entry: Any) -> None:
    assert LEADS not in summary_beside(entry)


def test_what_a_scan_looked_for_is_answered_by_a_report() -> None:
    asked = consult("Rule out cord compression", days=3, title="MRI lumbar spine")
    answer = imaging(
        days=2, code={"text": "MRI lumbar spine"}, conclusion="No cord compression."
    )
    assert LEADS not in summary_beside(asked, answer)


@pytest.mark.parametrize(
    "words", ["Inability to walk", "Unable to pass urine", "No puede caminar"]
)
def test_who_cannot_walk_has_a_deficit_not_excluded(words: str) -> None:
    card = cards_of(dated({"text": words}, days=2))["rehabilitation"]
    assert LEADS in card["summary"]
    assert GAIT in card["detail"]
    assert "spinal cord" not in card["detail"]


@pytest.mark.parametrize("words", ["Unable to walk due to pain", "Gait disturbance"])
def test_who_cannot_walk_for_pain_is_not_examined_first(words: str) -> None:
    assert LEADS not in summary_beside(dated({"text": words}, days=2))


BESIDE_PAIN = [
    "Unable to walk since this morning, back pain",
    "Cannot walk, lumbar pain",
    "Unable to walk, low back pain",
    "Unable to stand, severe pain",
    "Kann nicht mehr gehen, Rückenschmerzen",
    "No puede caminar, dolor de espalda",
]


@pytest.mark.parametrize("words", BESIDE_PAIN)
def test_back_pain_next_to_it_is_no_unnamed_disease_of_the_spine(words: str) -> None:
    card = cards_of(dated({"text": words}, days=1))["rehabilitation"]
    assert "alignancy" not in card["summary"] + card["detail"]
    assert GAIT in card["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Cannot pass urine, back pain",
        "No urine since yesterday, back pain",
        "Kein Wasserlassen seit gestern, Rückenschmerzen",
        "Ne peut plus uriner, douleur",
        "No puede orinar, dolor de espalda",
        "Non urina da ieri, dolore",
        "Kan niet plassen, pijn",
        "Nie oddaje moczu, ból pleców",
    ],
)
def test_pain_is_no_reason_to_pass_no_urine(words: str) -> None:
    assert LEADS in summary_beside(dated({"text": words}, days=1))


@pytest.mark.parametrize(
    "words",
    [
        "Unable to walk, spinal lesion",
        "Cannot walk, mass at the spine",
        "Cannot pass urine, lumbar process",
    ],
)
def test_another_disease_of_the_spine_next_to_it_stays_open(words: str) -> None:
    card = cards_of(dated({"text": words}, days=1))["rehabilitation"]
    assert "alignancy" in card["summary"] + card["detail"]
