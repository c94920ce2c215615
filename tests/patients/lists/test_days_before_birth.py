"""A day before the patient's birth is mistyped: the entry has no day."""

import pytest

from tests.chart_builders import cards_for, kyphoplasty
from tests.patients.inpatients import chart, coded, given
from tests.patients.leaving import summaries_beside
from tests.patients.reassuring import first_card

# The patient was born in 1950.
MISTYPED = "1926-11-19"


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        pytest.param("C50.911", "breast cancer", id="a cancer"),
        pytest.param("S72.001A", "hip fracture", id="a broken hip"),
        pytest.param("I26.99", "grave illness", id="an embolism"),
        pytest.param("G83.4", "neurological deficit", id="a deficit"),
    ],
)
@pytest.mark.parametrize(
    "onset",
    [
        pytest.param({"onsetDateTime": MISTYPED}, id="a day"),
        pytest.param({"onsetDateTime": "1926"}, id="a year"),
        pytest.param({"onsetPeriod": {"start": MISTYPED}}, id="a period"),
    ],
)
def test_an_onset_before_the_birth_excuses_nothing(code, asked, onset):
    entry = coded(code, days=1)
    del entry["onsetDateTime"]

    (summary,) = summaries_beside(entry | onset)

    assert asked in summary


def test_a_fracture_before_the_birth_is_no_earlier_one():
    fracture = coded("S22.070A", days=1, onsetDateTime=MISTYPED)

    card = first_card(fracture)

    assert "1926" not in card["summary"] + card["detail"]


# A birth of yesterday, of next year, or of a child: days before it are right.
@pytest.mark.parametrize("born", ["2026-11-19", "2030-01-01", "2015-06-01", "2025"])
@pytest.mark.parametrize(
    ("entry", "said"),
    [
        pytest.param(given("denosumab", "M05BX04", 280), "Denosumab overdue", id="F8"),
        pytest.param(coded("M80.08XA", days=600), "Second vertebral", id="F11"),
        pytest.param(coded("S72.001A", days=400), "Hip fracture Oct 2025", id="F12"),
    ],
)
def test_a_birth_of_a_child_takes_no_day_away(born, entry, said):
    record = [
        one | {"birthDate": born} if one["resourceType"] == "Patient" else one
        for one in chart(coded("M80.08XA", days=20), entry)
    ]

    card = cards_for(record, kyphoplasty())["rehabilitation"]

    assert card["indicator"] == "warning"
    assert said in card["summary"]
