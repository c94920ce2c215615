"""At discharge the result of a vertebral biopsy is read, and only its own closes it."""

import pytest

from tests.chart_builders import ordered
from tests.codes import ICD, codeable
from tests.patients.leaving import (
    everything_arranged,
    leave,
    leaving_chart,
    pathology,
)

MYELOMA = {"conclusionCode": [codeable(ICD, "C90.00")]}


def cards_with(report):
    """Give the cards of one who has all else arranged."""
    sent = ordered("biopsy", days=3)
    return leave(leaving_chart(*everything_arranged(), sent, pathology() | report))


@pytest.mark.parametrize(
    ("report", "named"),
    [
        pytest.param({"conclusion": "Metastatic adenocarcinoma"}, "a malignancy"),
        pytest.param({"conclusion": "Multiples Myelom"}, "a malignancy"),
        pytest.param(MYELOMA, "a malignancy"),
        pytest.param({"conclusion": "Vertebral osteomyelitis"}, "an infection"),
    ],
)
def test_a_grave_result_leads_the_card(report, named):
    (card,) = cards_with(report)
    assert card["indicator"] == "warning"
    assert f"the biopsy names {named} (" in card["summary"]
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))


@pytest.mark.parametrize(
    "conclusion",
    ["No malignancy.", "Kein Anhalt für Malignität.", "Healing fracture callus."],
)
def test_a_result_that_names_nothing_grave_opens_nothing(conclusion):
    assert not any(
        "biopsy" in one["summary"] for one in cards_with({"conclusion": conclusion})
    )


PENDING = "biopsy result pending"


@pytest.mark.parametrize(
    "title",
    [
        "Surgical pathology: colon polyp",
        "Histologie Magenbiopsie",
        "Pathology report, skin of the back",
    ],
)
def test_a_report_of_another_organ_answers_no_biopsy_of_a_vertebra(title):
    (card,) = cards_with({"code": {"text": title}})
    assert PENDING in card["summary"]


@pytest.mark.parametrize(
    "title",
    [
        "Surgical pathology",
        "Histopathology report",
        "Histologischer Befund",
        "Pathology, vertebral body L1",
        "病理报告",
    ],
)
def test_a_report_of_the_spine_or_of_no_organ_answers_it(title):
    assert cards_with({"code": {"text": title}}) == []
