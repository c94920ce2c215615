"""A report that names a new fracture says no less than one that nobody understood."""

import pytest

from tests.patients.leaving import STAY, summaries_beside
from tests.patients.reassuring import imaging

ASKED = "recent fracture of T12 perhaps not treated. Who follows it up?"
UNDATED = [
    pytest.param({"effectiveDateTime": None}, id="no day"),
    pytest.param(
        {
            "effectiveDateTime": None,
            "encounter": {"reference": f"Encounter/{STAY}"},
        },
        id="of this stay",
    ),
    pytest.param({"effectiveDateTime": "2026-11"}, id="a month"),
    pytest.param({"effectiveDateTime": "2026"}, id="a year"),
]


def beside(words, members):
    report = imaging(words, days=1) | members
    return summaries_beside({k: v for k, v in report.items() if v is not None})


@pytest.mark.parametrize("members", UNDATED)
@pytest.mark.parametrize(
    "words", ["New compression fracture of T12.", "Neue Fraktur BWK 12."]
)
def test_a_new_fracture_is_asked_about(words, members):
    (summary,) = beside(words, members)
    assert summary.endswith(ASKED)


@pytest.mark.parametrize("members", UNDATED)
@pytest.mark.parametrize(
    "words", ["Old fracture of T12.", "No new fracture.", "Cement in good position."]
)
def test_an_old_one_or_none_is_not(words, members):
    assert beside(words, members) == []


@pytest.mark.parametrize("day", ["2026-09", "2025", "2026-10-10"])
def test_nor_is_one_of_a_time_before_the_operation(day):
    words = "New compression fracture of T12."
    assert beside(words, {"effectiveDateTime": day}) == []
