"""A report since the operation that was not understood keeps the card of who leaves."""

from typing import Any

import pytest

from tests.codes import codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart, pathology
from tests.patients.reassuring import imaging

UNREAD = "1 recent entry not understood. Read before leaving."
PDF = [{"contentType": "application/pdf", "url": "Binary/1"}]
UNKNOWN = codeable("https://hospital.example/results", "r7")


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged."""
    return leave((*leaving_chart(*entries), *everything_arranged()))


@pytest.mark.parametrize(
    "words",
    [
        "Conus compression.",
        "Canal stenosis with cord signal change.",
        "Hyperintense disc L1/2, infection possible.",
        "Suspicious lesion T8.",
        "Cement in good position. Rim-enhancing collection psoas.",
        "Zementaustritt in den Spinalkanal.",
    ],
)
def test_a_report_in_words_of_no_list_is_to_be_read(words: str) -> None:
    (card,) = cards_beside(imaging(words, days=1))
    assert card["summary"].endswith(f": {UNREAD}")


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(imaging(presentedForm=PDF, days=1), id="in a file"),
        pytest.param(imaging("Conus compression.", days=2), id="of that day"),
        pytest.param(
            imaging("Conus compression.", effectiveDateTime=None), id="without a day"
        ),
        pytest.param(
            imaging("Conus compression.", days=4, issued="2026-11-19T08:00:00Z"),
            id="made before, issued since",
        ),
        pytest.param(
            imaging("No new fracture.", days=1, conclusionCode=[UNKNOWN]),
            id="a plain check with an unknown code",
        ),
    ],
)
def test_so_is_one_that_nobody_may_have_read(report: Any) -> None:
    (card,) = cards_beside(report)
    assert UNREAD in card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "Cement in good position. No new fracture.",
        "Status post kyphoplasty L1. No cement leakage into the canal.",
        "Normal alignment. No acute fracture.",
        "Regelrechte Zementlage LWK 1. Kein Zementaustritt, keine neue Fraktur.",
        "Ciment en place, pas de fuite.",
        "Cemento en buena posición, sin fuga.",
        "Cemento in sede, nessuno stravaso.",
        "L1椎体骨水泥填充良好，未见渗漏。",
        "Chest X-ray: no pneumothorax.",
    ],
)
def test_an_ordinary_check_makes_no_card(words: str) -> None:
    assert cards_beside(imaging(words, days=1)) == []


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(imaging("Conus compression.", days=5), id="before the operation"),
        pytest.param(
            imaging("Conus compression.", days=1, status="entered-in-error"),
            id="in error",
        ),
    ],
)
def test_what_the_signing_named_is_not_asked_again(report: Any) -> None:
    assert cards_beside(report) == []


@pytest.mark.parametrize(
    "title",
    ["X-ray lumbar spine 2 views", "Chest X-ray", "Röntgen LWS in 2 Ebenen"],
)
def test_an_x_ray_in_a_file_alone_makes_no_card(title: str) -> None:
    x_ray = imaging(presentedForm=PDF, days=1, code={"text": title})
    assert cards_beside(x_ray) == []


def test_a_report_that_a_fact_names_is_not_called_unread() -> None:
    (card,) = cards_beside(imaging("Myelopathy signal T12.", days=1))
    assert "new neurological deficit not excluded" in card["summary"]
    assert "**Not understood:**" not in card["detail"]


def test_a_result_of_tissue_has_a_line_of_its_own() -> None:
    words = {"conclusion": "Some other words"}
    (card,) = cards_beside(pathology(days=1) | words)
    assert "biopsy result" in card["summary"]
    assert "recent entry" not in card["detail"]
