"""How the operation went: its complications, its outcome and its narrative.

She leaves on 20 November 2026, two days after a kyphoplasty of L1; all is arranged.
"""

from typing import Any

import pytest

from tests.codes import ICD, SCT, codeable
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import everything_arranged, kyphoplasty_done, leave

FRACTURE = coded("M80.08XA", days=20)
DEFICIT = "new neurological deficit not excluded. Examine before leaving."
NARRATIVE = {
    "status": "additional",
    "div": "<div xmlns='http://www.w3.org/1999/xhtml'>Paraplegia afterwards</div>",
}
NAMED = [
    pytest.param(
        {"complication": [codeable(ICD, "G82.20", "Paraplegia")]}, DEFICIT, id="a code"
    ),
    pytest.param(
        {"complication": [{"text": "new leg weakness"}]}, DEFICIT, id="in words"
    ),
    pytest.param({"outcome": {"text": "Paraplegia"}}, DEFICIT, id="as outcome"),
    pytest.param({"text": NARRATIVE}, DEFICIT, id="in the narrative"),
    pytest.param(
        {"complication": [{"text": "legs went numb"}]}, DEFICIT, id="not understood"
    ),
    pytest.param(
        {"outcome": codeable(SCT, "385671000", "Unsuccessful")},
        DEFICIT,
        id="unsuccessful",
    ),
    pytest.param(
        {"complication": [codeable(ICD, "T81.4XXA", "Infection")]},
        "spinal infection not excluded.",
        id="an infection",
    ),
]
PLAIN = [
    pytest.param({"complication": [{"text": "None"}]}, id="none"),
    pytest.param({"complication": [{"text": "no complications"}]}, id="denied"),
    pytest.param(
        {"outcome": codeable(SCT, "385669000", "Successful")}, id="successful"
    ),
    pytest.param({"outcome": {"text": "komplikationslos"}}, id="German"),
    pytest.param({"followUp": [{"text": "wound check"}]}, id="a follow-up"),
]


def cards_after(**members: Any) -> list[Any]:
    operation = kyphoplasty_done(**members)
    return list(leave(chart(FRACTURE, operation, *everything_arranged())))


@pytest.mark.parametrize(("members", "words"), NAMED)
def test_a_complication_is_named_as_what_it_may_be(
    members: dict[str, Any], words: str
) -> None:
    (card,) = cards_after(**members)
    assert words in card["summary"]
    assert "malignancy" not in card["summary"] + card["detail"]


@pytest.mark.parametrize("members", PLAIN)
def test_an_operation_that_went_well_opens_nothing(members: dict[str, Any]) -> None:
    assert cards_after(**members) == []


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        pytest.param(
            coded("M54.50", "suspected spinal metastasis", days=3),
            "Start once the cause is known",
            id="a metastasis is suspected",
        ),
        pytest.param(coded("M54.50", "Low back pain", days=3), "Start, or", id="none"),
    ],
)
def test_a_start_waits_for_a_cause_in_doubt(beside: dict[str, Any], words: str) -> None:
    (card,) = leave(chart(FRACTURE, kyphoplasty_done(), beside))
    assert words in card["summary"]
