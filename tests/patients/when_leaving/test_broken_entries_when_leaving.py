"""A broken entry of an injury or of a brace keeps the card of somebody who leaves."""

from typing import Any

import pytest

from tests.chart_builders import days_ago
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import (
    everything_arranged,
    leave,
    leaving_chart,
    worn_now,
)

READ = "1 recent entry not understood. Read before leaving."
BREAKAGES = [
    pytest.param({"bodySite": {"text": "left"}}, id="object for a list"),
    pytest.param({"extension": [{"valueString": "x"}]}, id="extension without url"),
]
DAYS = [
    pytest.param({"onsetDateTime": "2026-11-19 10:00"}, id="no time of FHIR"),
    pytest.param({"onsetDateTime": "19.11.2026"}, id="German day"),
]


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged, treated two days ago."""
    drug = statement("alendronate", "M05BA04", 1)
    return leave(leaving_chart(*everything_arranged(), drug, *entries))


@pytest.mark.parametrize("breakage", BREAKAGES)
@pytest.mark.parametrize(
    "code", ["S72.001A", "W06.XXXA", "S22.42XA", "S32.030A", "S12.100A"]
)
def test_a_broken_diagnosis_of_an_injury_is_to_be_read(
    code: str, breakage: Any
) -> None:
    (card,) = cards_beside(coded(code, days=1) | breakage)
    assert READ in card["summary"]


@pytest.mark.parametrize("breakage", DAYS)
@pytest.mark.parametrize(
    "code", ["S72.001A", "W06.XXXA", "S22.42XA", "S32.030A", "S12.100A"]
)
def test_one_whose_onset_is_no_date_is_asked_about(code: str, breakage: Any) -> None:
    assert cards_beside(coded(code, days=1) | breakage)


@pytest.mark.parametrize(
    "breakage",
    [
        pytest.param({"extension": [{"valueString": "x"}]}, id="extension"),
        pytest.param({"authoredOn": "2026-11-19 10:00"}, id="day"),
    ],
)
def test_so_is_a_broken_brace(breakage: Any) -> None:
    (card,) = cards_beside(worn_now(days=1) | breakage)
    assert READ in card["summary"]


@pytest.mark.parametrize("code", ["I10", "M17.1", "E11.9"])
def test_an_everyday_diagnosis_that_is_broken_is_not(code: str) -> None:
    broken = {"onsetDateTime": "19.11.2026", "recordedDate": days_ago(1)}
    assert not cards_beside(coded(code, days=1) | broken)
