"""Why an act of the ward was not done since the operation may be what went wrong."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, codeable
from tests.patients.leaving import summaries_beside

PHYSIOTHERAPY = {"text": "Physiotherapy"}


def undone(words: str, title: Any = PHYSIOTHERAPY, **members: Any) -> Any:
    said = {"status": "not-done", "code": title, "performedDateTime": days_ago(1)}
    said["statusReason"] = {"text": words}
    return of_patient("Procedure", "undone", **said | members)


HARM = [
    *("Pulmonary embolism", "Lungenembolie", "Sturz auf Station", "Ictus", "CVA"),
    *("Fall on the ward", "nieuwe krachtsverlies benen", "nowy niedowład"),
    *("新发下肢无力", "敗血症", "패혈증", "cardiac arrest", "Herzinfarkt"),
]


@pytest.mark.parametrize("words", HARM)
def test_harm_is_to_be_read(words: str) -> None:
    assert summaries_beside(undone(words))
    assert summaries_beside(undone("Patient declined", reasonCode=[{"text": words}]))


@pytest.mark.parametrize(
    "words",
    [
        *("Patient declined", "Patient tired", "Refus du patient", "OP verschoben"),
        *("Equipment failure", "off ward", "No pulmonary embolism", "asleep"),
        *("Keine Lungenembolie", "no therapist", "weekend"),
    ],
)
def test_ordinary_reasons_ask_nothing(words: str) -> None:
    assert summaries_beside(undone(words)) == []


@pytest.mark.parametrize(
    "title",
    [
        codeable(CPT, "20225"),
        {"text": "Cardiopulmonary resuscitation"},
        {"text": "Wound revision"},
        {"text": "CT chest"},
        {"text": "Chemotherapy"},
    ],
)
def test_what_was_not_done_is_not_told(title: Any) -> None:
    assert summaries_beside(undone("Patient declined", title)) == []
    assert summaries_beside(undone("Patient tired", title)) == []


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"performedDateTime": days_ago(40)}, id="before"),
        pytest.param({"status": "entered-in-error"}, id="in error"),
    ],
)
def test_one_of_before_or_in_error_asks_nothing(members: Any) -> None:
    assert summaries_beside(undone("Sturz auf Station", **members)) == []
