"""Several vertebrae broken at once, of which one is ordered."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
)

FRESH = ("S32.010A", "S32.020A", "S32.030A")


def card_of(*codes):
    broken = [problem(code, number=f"f-{code}", days=5) for code in codes]
    known = [measured("bmd-t-score", -2.0), measured("bmi", 24)]
    record = [patient(), *quiet_lists(), *known, *broken]
    return by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]


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
