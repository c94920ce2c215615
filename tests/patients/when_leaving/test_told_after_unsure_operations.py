"""A deficit, an infection or a tumour told since leads if the operation is not certain."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import summaries_after

UNSURE: list[dict[str, Any]] = [
    {"status": "unknown"},
    {"status": "on-hold"},
    {"status": "stopped"},
    {"performedDateTime": None},
]
TOLD = (
    "Foot drop left|Saddle anaesthesia|Fallfuß rechts|左足下垂|Discitis|Spondylodiszitis"
    "|Sepsis|敗血症|Bone metastases|Knochenmetastasen|Métastases osseuses|骨転移|骨转移"
    "|Multiple myeloma|Plasmozytom"
)
NOT_TOLD = (
    "No bone metastases|Rule out metastases|Breast cancer 2008|Mother had myeloma"
    "|No foot drop|Rule out sepsis|Return if leg weakness|Wound dry"
)


def summaries_with(words: str, operation: dict[str, Any]) -> list[str]:
    """What the card says first after such an operation and a note of yesterday."""
    dressing = of_patient(
        "Procedure",
        "act",
        status="completed",
        code={"text": "Wound dressing"},
        performedDateTime=days_ago(1),
        note=[{"text": words}],
    )
    return summaries_after(dressing, **operation)


@pytest.mark.parametrize("words", TOLD.split("|"))
@pytest.mark.parametrize("operation", UNSURE)
def test_it_leads(words: str, operation: dict[str, Any]) -> None:
    (summary,) = summaries_with(words, operation)
    assert "not excluded" in summary


@pytest.mark.parametrize("words", NOT_TOLD.split("|"))
@pytest.mark.parametrize("operation", UNSURE[:1])
def test_what_is_denied_or_to_come_brings_no_card(
    words: str, operation: dict[str, Any]
) -> None:
    assert summaries_with(words, operation) == []
