"""A fall since the operation, or another broken bone, is read before leaving."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import CPT, ICD, SCT, codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import STAY, everything_arranged, leave, leaving_chart

FALL = ": recent fall. Read before leaving."
INJURY = ": recent fracture or injury. Read before leaving."
DENIED = {
    "verificationStatus": codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
    )
}
OVER = {
    "clinicalStatus": codeable(
        "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"
    )
}
OF_STAY = {"encounter": {"reference": f"Encounter/{STAY}"}}
NO_DAY = {"onsetDateTime": None, "recordedDate": None}


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged, treated two days ago."""
    drug = statement("alendronate", "M05BA04", 1)
    return leave(leaving_chart(*everything_arranged(), drug, *entries))


def snomed(code: str, *, days: int = 1) -> Any:
    """A diagnosis of so many days ago by SNOMED CT."""
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number="g", code=codeable(SCT, code), **begun)


def recorded(code: str, days: int, **members: Any) -> Any:
    """A diagnosis without an onset that was recorded so many days ago."""
    return coded(code, days=None, recordedDate=days_ago(days), **members)


def hip_operated(days: int, **members: Any) -> Any:
    """An operation of a broken hip."""
    said = {
        "status": "completed",
        "code": codeable(CPT, "27236"),
        "performedDateTime": days_ago(days),
    }
    return of_patient("Procedure", "hip", **said | members)


@pytest.mark.parametrize(
    "entry",
    [
        *(
            pytest.param(coded(code, days=1), id=code)
            for code in ("W06.XXXA", "W18.30XA", "W18.2", "W19.XXXA", "W13.9XXA")
        ),
        pytest.param(coded("W06.XXXA", days=2), id="on the day of the operation"),
        pytest.param(recorded("W19.XXXA", 1), id="without an onset"),
        pytest.param(
            coded("W19.XXXA", days=1, clinicalStatus=OVER["clinicalStatus"]),
            id="over",
        ),
        pytest.param(snomed("20902002"), id="SNOMED CT"),
    ],
)
def test_a_fall_since_the_operation_is_to_be_read(entry: Any) -> None:
    (card,) = cards_beside(entry)
    assert card["summary"].endswith(FALL)


@pytest.mark.parametrize("days", [1, 5, 13])
@pytest.mark.parametrize(
    "code",
    [
        *("S72.001A", "S72.141A", "S32.10XA", "S32.501A", "M80.051A", "S72.9"),
        *("S72.301A", "S72.401A"),
    ],
)
def test_so_is_a_broken_hip_or_pelvis_of_these_weeks(code: str, days: int) -> None:
    (card,) = cards_beside(coded(code, days=days))
    assert card["summary"].endswith(INJURY)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(recorded("S72.001A", 40, **OF_STAY), id="of a long stay"),
        pytest.param(coded("S72.001A", days=None, **NO_DAY, **OF_STAY), id="no day"),
        pytest.param(snomed("359817006"), id="SNOMED CT"),
        pytest.param(coded("S72.001D", days=1), id="later visit, of these days"),
        pytest.param(hip_operated(1), id="its operation"),
        *(
            pytest.param(coded(code, days=1), id=code)
            for code in ("S22.31XA", "S52.501A", "S42.201A", "S06.5X0A", "M80.031A")
        ),
        pytest.param(coded("S09.90XA", days=1), id="injury of the head"),
        pytest.param(snomed("65966004"), id="forearm"),
    ],
)
def test_so_is_another_fracture_since_the_operation(entry: Any) -> None:
    (card,) = cards_beside(entry)
    assert card["summary"].endswith(INJURY)


def test_both_are_named() -> None:
    (card,) = cards_beside(coded("W06.XXXA", days=1), coded("S72.001A", days=1))
    assert ": recent fall and recent fracture or injury. Read" in card["summary"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(coded("W19.XXXA", days=5), id="the fall that broke L1"),
        pytest.param(recorded("W19.XXXA", 2), id="recorded with the operation"),
        pytest.param(recorded("W19.XXXD", 1), id="fall of a later visit"),
        pytest.param(coded("W19.XXXA", days=None, **NO_DAY, **OF_STAY), id="no day"),
        pytest.param(coded("S52.501A", days=5), id="a wrist of that fall"),
        pytest.param(coded("S72.001A", days=400), id="a hip of last year"),
        pytest.param(recorded("S72.001D", 1), id="a hip at a later visit"),
        pytest.param(coded("S72.001S", days=1), id="a sequela"),
        pytest.param(coded("S72.001A", days=None, **NO_DAY), id="a hip without a day"),
        pytest.param(coded("S72.001A", days=1, **DENIED), id="ruled out"),
        pytest.param(coded("W06.XXXA", days=1, **DENIED), id="a fall ruled out"),
        pytest.param(coded("W18.40XA", days=1), id="slipped without a fall"),
        pytest.param(coded("Z91.81", days=1), id="history of falling"),
        pytest.param(recorded("S72.001A", 2, **OVER), id="a hip that is over"),
        pytest.param(
            recorded("S72.001A", 2, abatementDateTime="2019-05-01", **OVER),
            id="a hip that was over years ago",
        ),
        pytest.param(
            problem(
                "x",
                number="g",
                code=codeable(ICD, "S72.001A", "History of hip fracture 2015"),
                onsetDateTime=None,
                recordedDate=days_ago(2),
            ),
            id="a hip of long ago, by its title",
        ),
        pytest.param(
            coded(
                "S72.001A", days=None, onsetDateTime="2026", recordedDate=days_ago(200)
            ),
            id="a hip of this year",
        ),
        pytest.param(
            coded(
                "W19.XXXA",
                days=None,
                onsetDateTime="2026-11",
                recordedDate=days_ago(20),
            ),
            id="a fall of this month",
        ),
        pytest.param(hip_operated(300), id="a hip operated last year"),
        pytest.param(hip_operated(1, status="not-done"), id="not operated"),
    ],
)
def test_what_was_before_or_is_over_brings_no_card(entry: Any) -> None:
    assert cards_beside(entry) == []


def test_one_in_words_is_asked_about_once() -> None:
    begun = {"onsetDateTime": days_ago(1), "recordedDate": days_ago(1)}
    entry = problem("x", number="g", code={"text": "Fall on the ward"}, **begun)
    (card,) = cards_beside(entry)
    assert ": 1 recent entry not understood. Read before leaving." in card["summary"]
    assert "recent fall" not in card["detail"]


def test_it_is_a_line_where_something_else_leads() -> None:
    (card,) = leave(leaving_chart(coded("W06.XXXA", days=1)))
    line = "**Injury:** recent fall: examined, imaged, who follows it up?"
    assert line in card["detail"]


def test_a_broken_hip_comes_before_what_was_not_understood() -> None:
    begun = {"onsetDateTime": days_ago(1), "recordedDate": days_ago(1)}
    entry = problem("x", number="odd", code={"text": "Fall on the ward"}, **begun)
    (card,) = cards_beside(coded("S72.001A", days=1), entry)
    assert card["summary"].endswith(INJURY)
    assert "1 recent entry not understood" in card["detail"]
