"""A grave illness that began since the operation is read before leaving."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import SCT, codeable
from tests.patients.inpatients import coded
from tests.patients.leaving import (
    DENIED,
    OVER,
    STAY,
    cards_beside,
)

READ = ": grave illness since the operation. Read before leaving."
PERHAPS = ": grave illness perhaps since the operation. Read before leaving."
NO_DAY = {"onsetDateTime": None, "recordedDate": None}
OF_STAY = {"encounter": {"reference": f"Encounter/{STAY}"}}


def recorded(code: str, days: int, **members: Any) -> Any:
    """A diagnosis without an onset that was recorded so many days ago."""
    return coded(code, days=None, **{"recordedDate": days_ago(days)} | members)


@pytest.mark.parametrize("days", [0, 1, 2])
@pytest.mark.parametrize(
    "code",
    [
        *("I26.99", "I82.401", "I63.9", "I21.4", "I46.9", "J96.01", "T78.2XXA"),
        *("T88.6XXA", "J93.9"),
    ],
)
def test_an_embolism_or_the_like_is_to_be_read(code: str, days: int) -> None:
    (card,) = cards_beside(coded(code, days=days))
    assert card["summary"].endswith(READ)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(recorded("I26.99", 1), id="without an onset"),
        pytest.param(coded("I26.99", days=1, **OVER), id="over"),
        pytest.param(
            problem(
                "x",
                number="g",
                code=codeable(SCT, "59282003"),
                onsetDateTime=days_ago(1),
            ),
            id="SNOMED CT",
        ),
    ],
)
def test_so_is_one_that_was_entered_otherwise(entry: Any) -> None:
    (card,) = cards_beside(entry)
    assert card["summary"].endswith(READ)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param(NO_DAY | {"onsetDateTime": "2026-11"}, id="a month"),
        pytest.param({"onsetDateTime": "2026-11"}, id="a month, recorded later"),
        pytest.param({"recordedDate": "2026-11"}, id="recorded in a month"),
        pytest.param({"recordedDate": days_ago(2)}, id="recorded that day"),
        pytest.param(NO_DAY | OF_STAY, id="no day, of this stay"),
    ],
)
def test_one_whose_day_is_not_known_is_perhaps_since_then(members: Any) -> None:
    (card,) = cards_beside(recorded("I26.99", 1, **members))
    assert card["summary"].endswith(PERHAPS)
    assert card["indicator"] == "info"


def test_several_are_asked_about_once() -> None:
    entries = [
        recorded(code, 2) | {"id": code.replace(".", "-")}
        for code in ("I26.99", "J18.9", "I21.4")
    ]
    (card,) = cards_beside(*entries)
    assert card["summary"].endswith(PERHAPS)
    assert card["detail"].count("grave illness") == 1


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(coded("I26.99", days=3), id="before the operation"),
        pytest.param(recorded("I26.99", 30), id="recorded before"),
        pytest.param(
            recorded("I26.99", 10, onsetDateTime="2026-11"), id="recorded this month"
        ),
        pytest.param(
            coded("I26.99", days=None, **NO_DAY | {"onsetDateTime": "2026-10"}),
            id="last month",
        ),
        pytest.param(
            recorded("I26.99", 1, abatementDateTime="2026-11-10"), id="ended before"
        ),
        pytest.param(
            coded("I26.99", days=None, **NO_DAY, **OF_STAY, **OVER),
            id="of the stay, and over",
        ),
        pytest.param(recorded("I21.4", 1, onsetDateTime="2019"), id="begun before"),
        pytest.param(recorded("I26.99", 1, **OVER), id="over, without an onset"),
        pytest.param(recorded("T88.6XXD", 1), id="a later visit"),
        pytest.param(coded("I26.99", days=1, **DENIED), id="denied"),
        pytest.param(coded("I25.2", days=1), id="an old infarction"),
        pytest.param(coded("I48.91", days=1), id="atrial fibrillation"),
        pytest.param(coded("Z86.711", days=1), id="an embolism of before"),
    ],
)
def test_an_older_one_and_an_everyday_one_are_not(entry: Any) -> None:
    assert not cards_beside(entry)


@pytest.mark.parametrize(
    "code",
    [
        *("I49.01", "I71.00", "J81.0", "I50.21", "I50.33", "I74.3", "J94.2", "D65"),
        *("K72.00", "G41.9", "K56.7", "S27.0XXA", "S36.113A", "S26.00XA", "S35.00XA"),
        *("G45.9", "R56.9", "R41.82", "K25.0", "K26.4", "K57.31", "K29.01"),
        *("S25.00XA", "S37.001A", "S73.004A", "R09.02", "T40.2X1A", "J95.01"),
        *("E10.10", "I20.0", "I31.4", "J96.21"),
    ],
)
def test_graver_codes_are_grave_illness(code: str) -> None:
    (card,) = cards_beside(coded(code, days=1))
    assert card["summary"].endswith(READ)


@pytest.mark.parametrize(
    "code",
    [
        *(
            "K56.41",
            "I50.22",
            "I71.40",
            "G45.4",
            "K25.9",
            "K57.30",
            "I44.0",
            "T40.2X5A",
        ),
        *("E10.9", "I20.9", "J96.11", "J81.1", "M54.12"),
    ],
)
def test_their_everyday_neighbours_are_not(code: str) -> None:
    assert cards_beside(coded(code, days=1)) == []


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(coded("M54.16", days=1), id="code"),
        pytest.param(recorded("M54.16", 1), id="recorded"),
        pytest.param(
            problem(
                "x",
                number="g",
                code={"text": "Radiculopathy"},
                onsetDateTime=days_ago(1),
            ),
            id="words",
        ),
    ],
)
def test_a_new_radiculopathy_is_read_before_leaving(entry: Any) -> None:
    (card,) = cards_beside(entry)
    assert ": 1 recent entry not understood. Read before" in card["summary"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(coded("M54.16", days=5), id="before"),
        pytest.param(recorded("M54.16", 2), id="recorded with the operation"),
        pytest.param(coded("M54.16", days=1, **OVER), id="over"),
        pytest.param(coded("M54.50", days=1), id="pain of the back"),
    ],
)
def test_an_older_one_is_not(entry: Any) -> None:
    assert cards_beside(entry) == []
