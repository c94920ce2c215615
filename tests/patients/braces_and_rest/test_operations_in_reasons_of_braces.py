"""A fusion that only the brace's own order names may be why the brace is worn."""

from typing import Any

import pytest

from tests.chart_builders import ask, brace, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record

OPEN = "**Reason to keep not excluded:** other spinal surgery"
FUSED = [
    *("Spinal fusion L3-L5", "Status post spinal fusion", "Laminectomy"),
    *("Spondylodese L3-5", "Arthrodèse lombaire", "Artrodesis lumbar"),
    *("Artrodesi lombare", "腰椎固定術後", "腰椎融合术后"),
]
OTHER = [
    *("Compression fracture L1", "LWK-1-Fraktur", "Back pain", "Osteoporosis"),
    *("No spinal fusion", "After kyphoplasty", "Pain relief", "Stabilisation"),
]


def brace_card(element: str, words: str) -> dict[str, Any]:
    """Return the brace's card if its order has these words as its reason or note."""
    order = brace(**{element: [{"text": words}]})
    cards = by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), order)))
    card: dict[str, Any] = cards["braceLimit"]
    return card


@pytest.mark.parametrize("element", ["reasonCode", "note"])
@pytest.mark.parametrize("words", FUSED)
def test_the_operation_is_a_reason_that_is_not_excluded(
    element: str, words: str
) -> None:
    card = brace_card(element, words)
    assert OPEN in card["detail"]
    assert not [one for one in card["suggestions"] if one.get("isRecommended")]


@pytest.mark.parametrize("element", ["reasonCode", "note"])
@pytest.mark.parametrize("words", OTHER)
def test_another_reason_names_no_operation(element: str, words: str) -> None:
    assert OPEN not in brace_card(element, words)["detail"]


@pytest.mark.parametrize("words", ["Myeloma", "Bone metastases", "Discitis L1"])
def test_a_grave_reason_is_said_as_well(words: str) -> None:
    assert "Reason to keep not excluded" in brace_card("reasonCode", words)["detail"]
