"""Who does not walk is not told to, whatever entry says so: diagnosis, order or act."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.leaving import act_done, act_ordered, page_after
from tests.patients.reassuring import card_of, dated
from tests.patients.training import FALLS, WALK


def listed(title: str) -> Any:
    """A diagnosis of years ago, in words."""
    return dated({"text": title}, days=600)


STATES = [
    *("Patient bettlägerig", "bedridden", "immobile", "alité", "encamado"),
    *("allettato", "bedlegerig", "寝たきり", "와상"),
    *("Charcot foot", "Charcot-Fuß", "pied de Charcot", "夏科足"),
    *("截肢", "切断術後", "하지 절단", "Amputee", "Leg amputation"),
    *("Wheelchair", "Rollstuhl", "轮椅", "휠체어"),
]


@pytest.mark.parametrize("make", [listed, act_ordered, act_done])
@pytest.mark.parametrize("title", STATES)
def test_no_page_says_walk(make: Any, title: str) -> None:
    assert page_after(make(title))["mayTrain"] is False


@pytest.mark.parametrize(
    "entry",
    [
        act_ordered("Bett-Rollstuhl-Transfer"),
        act_ordered("Bett-Rollstuhl-Transfer", status="completed"),
        act_ordered("Nursing care", "Bedbound patient, bedbound"),
        act_ordered("Nursing care", note=[{"text": "Patient bettlägerig"}]),
        act_done("Mobilisation in den Rollstuhl"),
        dated({"text": "Non-weight-bearing left leg"}, days=10),
        dated(codeable(ICD, "M14.671"), days=600),
        dated(codeable(ICD, "E11.610"), days=600),
    ],
)
def test_nor_next_to_such_an_entry(entry: Any) -> None:
    assert page_after(entry)["mayTrain"] is False


@pytest.mark.parametrize(
    "entry",
    [
        *map(
            act_ordered, ("Krankentransport mit Rollstuhl", "Wheelchair van at 14:00")
        ),
        *map(act_ordered, ("Transport en fauteuil roulant", "No wheelchair needed")),
        *map(act_ordered, ("Thromboseprophylaxe bei Immobilität", "Gehtraining")),
        *map(act_done, ("Mobilisation", "Toe amputation", "足趾截肢")),
        act_ordered("Bedridden", status="revoked"),
        act_ordered("Bedridden", doNotPerform=True),
        act_ordered("X-ray", note=[{"text": "Transport: wheelchair"}]),
        listed("Charcot-Marie-Tooth disease"),
        of_patient(
            "Procedure",
            "old",
            status="completed",
            code={"text": "Wheelchair transfer"},
            performedDateTime=days_ago(200),
        ),
    ],
)
def test_ordinary_entries_limit_nothing(entry: Any) -> None:
    assert page_after(entry)["mayTrain"] is True


def test_at_the_signing_the_card_says_why() -> None:
    foot = card_of(FALLS, listed("Charcot foot"))
    assert "not pre-selected: a Charcot foot is on record" in foot["detail"]
    assert WALK not in foot["detail"]
    order = card_of(FALLS, act_ordered("Patient bettlägerig"))
    assert "the record says that the patient does not walk" in order["detail"]
