"""Several vertebrae broken at once, of which one is ordered."""

import pytest

from tests.chart_builders import (
    measured,
    problem,
)
from tests.patients.reassuring import first_card

FRESH = ("S32.010A", "S32.020A", "S32.030A")


def card_of(*codes):
    broken = [problem(code, number=f"f-{code}", days=5) for code in codes]
    known = [measured("bmd-t-score", -2.0), measured("bmi", 24)]
    return first_card(*known, *broken)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        pytest.param(2, "Two fractures at once", id="two"),
        pytest.param(3, "Three fractures at once", id="three"),
    ],
)
def test_no_lower_figure_stands_beside_several_fractures(count, said):
    card = card_of(*FRESH[:count])
    assert card["summary"].startswith(said)
    assert "**Risk:** the usual 1 in 6" in card["detail"]


def test_one_fracture_leaves_the_figure():
    assert "**Risk:** about 1 in 10" in card_of(FRESH[0])["detail"]
