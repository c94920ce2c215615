"""Images of the spine since the operation whose report is not there keep the card."""

from typing import Any

import pytest

from tests.codes import CPT, codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import imaging

AWAITED = "report of spine imaging awaited. Who reads it?"
PDF = [{"contentType": "application/pdf", "url": "Binary/1"}]
NOT_YET = ["registered", "preliminary", "partial", "final"]


def awaited(title: str = "MRI lumbar spine", **members: Any) -> Any:
    """A report of yesterday that has no words."""
    said = {"status": "registered", "code": {"text": title}}
    return imaging(days=1, **said | members)


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged."""
    return leave((*leaving_chart(*entries), *everything_arranged()))


@pytest.mark.parametrize("status", NOT_YET)
@pytest.mark.parametrize(
    "title",
    [
        "MRI lumbar spine",
        "MRI whole spine with contrast",
        "CT lumbar spine after kyphoplasty",
        "MRI L-spine stat post-op weakness",
        "MRT LWS nativ",
        "CT Wirbelsäule",
        "IRM du rachis lombaire",
        "Scanner du rachis",
        "RM columna lumbar",
        "TAC columna lumbosacra",
        "RM colonna lombosacrale",
        "TC rachide lombare",
        "MRI wervelkolom",
        "RM da coluna lombar",
        "TC da coluna",
        "Rezonans magnetyczny kręgosłupa",
        "TK kręgosłupa lędźwiowego",
        "腰椎磁共振平扫",
        "腰椎CT",
        "腰椎MRI検査",
        "요추 MRI",
    ],
)
def test_a_scan_of_the_spine_without_a_report_is_named(title: str, status: str) -> None:
    (card,) = cards_beside(awaited(title, status=status))
    assert card["summary"].endswith(f": {AWAITED}")


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(awaited(presentedForm=PDF), id="a file that is registered"),
        pytest.param(awaited(effectiveDateTime=None), id="without a day"),
        pytest.param(awaited(code=codeable(CPT, "72148")), id="by its code alone"),
        pytest.param(
            awaited("X-ray lumbar spine, new weakness"), id="an X-ray with a question"
        ),
    ],
)
def test_so_is_one_that_may_be_of_these_days(report: Any) -> None:
    (card,) = cards_beside(report)
    assert AWAITED in card["summary"]


def test_a_report_without_words_beside_another_order_is_awaited_all_the_same() -> None:
    other = imaging("No new fracture.", days=1, id="other", basedOn=[order("a")])
    (card,) = cards_beside(awaited(basedOn=[order("b")]), other)
    assert AWAITED in card["summary"]


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(awaited(effectiveDateTime="2026-11-10"), id="before"),
        pytest.param(awaited(status="cancelled"), id="cancelled"),
        pytest.param(awaited(status="entered-in-error"), id="in error"),
        pytest.param(awaited("X-ray lumbar spine 2 views"), id="an ordinary X-ray"),
        pytest.param(awaited("Röntgen LWS in 2 Ebenen"), id="one in German"),
        pytest.param(awaited("DXA lumbar spine"), id="bone density"),
        pytest.param(awaited("MRI knee"), id="another place"),
        pytest.param(awaited("CT head"), id="a CT of another place"),
        pytest.param(awaited("CT-guided kyphoplasty L1"), id="of the operation"),
        pytest.param(
            awaited("Normal alignment.", status="preliminary")
            | {"conclusion": "Normal alignment. No acute fracture."},
            id="preliminary, in plain words",
        ),
    ],
)
def test_what_is_not_looked_for_or_not_made_makes_no_card(report: Any) -> None:
    assert cards_beside(report) == []


def order(number: str) -> dict[str, str]:
    return {"reference": f"ServiceRequest/mri-{number}"}


@pytest.mark.parametrize("based_on", [[order("a")], None], ids=["order", "title"])
def test_a_report_that_came_as_another_entry_is_not_awaited(based_on: Any) -> None:
    final = imaging("No new fracture.", days=1, id="final", basedOn=based_on)
    assert cards_beside(awaited(basedOn=based_on), final) == []


def test_the_line_asks_who_reads_it() -> None:
    (card,) = leave(leaving_chart(awaited()))
    assert (
        "**Imaging:** report of spine imaging awaited: who reads it before leaving?"
        in card["detail"]
    )
