"""Bed rest that its own order gives a reason for asks nobody to get up."""

from typing import Any

import pytest

from tests.chart_builders import bed_rest, cards_for, kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.inpatients import chart, coded

WALK = "up and walking by the next day"


def rest_card(reason: Any) -> Any:
    code = reason if isinstance(reason, dict) else {"text": reason}
    rest = bed_rest(72, **({"reasonCode": [code]} if reason else {}))
    record = chart(coded("M80.08XA", days=14))
    return cards_for(record, kyphoplasty(), rest)["braceLimit"]


@pytest.mark.parametrize(
    "reason",
    [
        *("Hip fracture awaiting surgery", "Spinal precautions", "Pelvic fracture"),
        *("Dural tear", "CSF leak", "Duraleck", "Liquorfistel", "Brèche durale"),
        *("Fístula de LCR", "Post-dural puncture headache", "Acute DVT"),
        *("Palliative comfort care", "Hypotension", "Beckenfraktur"),
        codeable(ICD, "G97.41"),
        codeable(ICD, "G96.0"),
        codeable(ICD, "S72.001A"),
    ],
)
def test_a_reason_of_the_order_is_named(reason: Any) -> None:
    card = rest_card(reason)
    assert card["indicator"] == "info"
    assert WALK not in card["detail"]
    assert "Getting up" in card["detail"]


@pytest.mark.parametrize("reason", ["Awaiting brace", "Torn thing", "Ulkus am Fuß"])
def test_one_not_understood_keeps_colour_and_asks_nobody_to_walk(reason: str) -> None:
    card = rest_card(reason)
    assert card["indicator"] == "warning"
    assert WALK not in card["detail"]


@pytest.mark.parametrize(
    "reason",
    [
        *("", "Pain", "Severe back pain", "After kyphoplasty", "Post-op", "Schmerzen"),
        *("Osteoporotic fracture L1", "Compression fracture L1", "Nach Kyphoplastie"),
        codeable(ICD, "M54.5"),
        codeable(ICD, "M80.08XA"),
    ],
)
def test_an_ordinary_reason_is_none(reason: Any) -> None:
    card = rest_card(reason)
    assert card["indicator"] == "warning"
    assert WALK in card["detail"]
