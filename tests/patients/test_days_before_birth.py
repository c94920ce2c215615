"""A day before the patient's birth is mistyped: the entry has no day."""

import pytest

from tests.patients.inpatients import coded
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
