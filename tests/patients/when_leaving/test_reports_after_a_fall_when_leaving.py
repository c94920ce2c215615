"""A report whose title tells of a fall since the operation is asked about."""

from typing import Any

import pytest

from tests.chart_builders import days_ago
from tests.patients.leaving import act_ordered, summaries_beside
from tests.patients.reassuring import imaging

UNREAD = "1 recent entry not understood. Read before leaving."


def titled(title: str, **members: Any) -> Any:
    """A report of yesterday of this title, which denies a fracture."""
    said = {"code": {"text": title}, "effectiveDateTime": days_ago(1)}
    return imaging("No fracture.", days=1) | said | members


AFTER_FALL = [
    *("CT head after fall", "X-ray pelvis post fall", "X-ray wrist, fell in bathroom"),
    *(
        "CT Schädel nach Sturz",
        "cCT nach Sturz auf Station",
        "Scanner crâne après chute",
    ),
    *("TAC craneal tras caída", "TC cranio post caduta", "CT hoofd na val"),
    *("TK głowy po upadku", "転倒後頭部CT", "跌倒后头颅CT", "낙상 후 뇌 CT"),
    *("Medical review post fall", "Neuro obs post fall"),
]
ORDINARY = [
    *("X-ray lumbar spine", "CT head", "CT head, history of falls", "Falls clinic"),
    *("X-ray lumbar spine after fall at home", "X-ray L1 after fall from ladder"),
    *("Röntgen LWS nach Sturz zu Hause", "Fall risk assessment", "Sturzprophylaxe"),
    *("Radio rachis après chute à domicile", "転倒リスク評価", "낙상 위험 평가"),
]


@pytest.mark.parametrize("title", AFTER_FALL)
def test_a_report_titled_after_a_fall_is_to_be_read(title: str) -> None:
    (card,) = summaries_beside(titled(title))
    assert card.endswith(UNREAD)


def test_so_is_one_without_words() -> None:
    (card,) = summaries_beside(
        titled("CT head after fall", status="registered", conclusion=None)
    )
    assert card.endswith(UNREAD)


@pytest.mark.parametrize("title", ORDINARY)
def test_one_of_before_or_of_what_prevents_falls_is_not(title: str) -> None:
    assert summaries_beside(titled(title)) == []


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"effectiveDateTime": days_ago(2)}, id="of the operation's day"),
        pytest.param({"effectiveDateTime": days_ago(9)}, id="of before"),
        pytest.param({"status": "entered-in-error"}, id="in error"),
    ],
)
def test_one_that_is_not_of_these_days_is_not(members: dict[str, Any]) -> None:
    assert summaries_beside(titled("CT head after fall", **members)) == []


@pytest.mark.parametrize(
    "title",
    [
        *("Medical review post fall", "Neuro obs post fall", "Falls huddle"),
        *("Datix fall", "Trauma series", "Hip X-ray, unable to weight bear"),
        *("CT pelvis for hip pain after slip", "Nursing review following fall"),
    ],
)
def test_a_review_after_a_fall_is_to_be_read(title: str) -> None:
    (card,) = summaries_beside(act_ordered(title))
    assert card.endswith("Read before leaving.")


@pytest.mark.parametrize(
    "title",
    [
        *("Medical review", "Neuro obs", "Daily safety huddle", "Datix training"),
        *("Weight bearing as tolerated", "Physiotherapy post fall"),
        *("Clinical review after kyphoplasty", "Falls education"),
    ],
)
def test_an_ordinary_review_is_not(title: str) -> None:
    assert summaries_beside(act_ordered(title)) == []
