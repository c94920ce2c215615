"""The day on which a long-term code was recorded is no start of the steroid."""

import pytest

from tests.chart_builders import days_ago, problem
from tests.patients.reassuring import first_card

FILLED_IN = {"recordedDate": days_ago(3), "onsetDateTime": days_ago(3)}


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([problem("Z79.52", days=3)], id="recorded-lately"),
        pytest.param([problem("Z79.52", days=900)], id="recorded-long-ago"),
        pytest.param([problem("Z79.52", **FILLED_IN)], id="onset-filled-in"),
        pytest.param(
            [problem("Z79.52", days=3), problem("Z79.52", number="2", days=900)],
            id="recorded-twice",
        ),
    ],
)
def test_no_start_is_said_of_a_code_without_one(entries):
    summary = first_card(*entries)["summary"]
    assert summary.startswith("Long-term steroid")
    assert "since" not in summary


def test_an_onset_is_said():
    begun = problem("Z79.52", days=3, onsetDateTime="2023-05")
    assert "teroid since 2023" in first_card(begun)["summary"]
