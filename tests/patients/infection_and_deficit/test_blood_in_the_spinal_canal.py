"""Blood in the spinal canal may press on the cord: the patient is examined."""

import pytest

from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import cards_of, dated, end_is_selected

WORDS = [
    "Epidural hematoma",
    "Epidural haematoma L1",
    "Suspected epidural hematoma",
    "Postoperative epidural hemorrhage",
    "Spinal subdural hematoma",
    "Epiduralhämatom",
    "Epidurales Hämatom LWK 1",
    "Hématome épidural",
    "Hematoma epidural",
    "Ematoma epidurale",
    "Krwiak nadtwardówkowy",
    "硬膜外血肿",
]


def leaving(words: str, days: int = 1) -> list[str]:
    """The cards of somebody for whom all else is arranged."""
    entry = dated({"text": words}, days=days)
    cards = leave(leaving_chart(*everything_arranged(), entry))
    return [card["summary"] for card in cards]


@pytest.mark.parametrize("words", WORDS)
def test_who_leaves_is_examined(words: str) -> None:
    (said,) = leaving(words)
    assert "new neurological deficit not excluded. Examine before leaving" in said


@pytest.mark.parametrize("words", WORDS)
def test_the_signing_leaves_a_deficit_open_and_no_tumour(words: str) -> None:
    cards = cards_of(dated({"text": words}, days=1))
    detail = cards["rehabilitation"]["detail"]
    assert "neurological deficit not excluded" in detail
    assert "malignancy" not in detail
    assert "below the usual" not in detail
    assert not end_is_selected(cards)


def test_one_of_last_year_is_no_new_deficit() -> None:
    assert leaving("Epidural hematoma", days=400) == []


@pytest.mark.parametrize(
    "words", ["Intracranial epidural hematoma", "Psoas hematoma", "Subdural hematoma"]
)
def test_blood_elsewhere_is_no_deficit_of_the_legs(words: str) -> None:
    assert not any("neurological deficit" in said for said in leaving(words))
