"""The next dose of a bone drug with an eGFR below 30: nephrology is asked first."""

import pytest

from tests.patients.inpatients import ZOLEDRONATE, cards_by_topic, chart, coded, given

DIALYSIS = coded("Z99.2", "Dialysis", days=900)


@pytest.mark.parametrize(
    ("dose", "says"),
    [
        pytest.param(given("denosumab", "M05BX04", 205), "was due", id="denosumab due"),
        pytest.param(given("denosumab", "M05BX04", 150), "23 Dec", id="in time"),
        pytest.param(given("zoledronate", ZOLEDRONATE, 700), "last given", id="lapsed"),
    ],
)
def test_the_next_dose_is_checked_with_nephrology(dose, says):
    cards = cards_by_topic(chart(coded("M80.08XA"), DIALYSIS, dose))
    words = cards["rehabilitation"]["summary"]
    assert says in words
    assert "with nephrology" in words
    for hurry in ("dose before", "restart", "next due"):
        assert hurry not in words
