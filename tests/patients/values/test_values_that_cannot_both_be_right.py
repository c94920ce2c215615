"""A value from which a newer one cannot have come: one of the two is wrong."""

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
)
from tests.patients.reassuring import Cards, quiet_record


def _t_score(value: float, days: int, site: str = "") -> Resource:
    place = {"bodySite": {"text": site}} if site else {}
    return measured("bmd-t-score", value, number=f"t-{days}", days=days, **place)


def _bmi(value: float, days: int) -> Resource:
    return measured("bmi", value, number=f"bmi-{days}", days=days)


def _cards(*values: Resource) -> Cards:
    body = order_sign(quiet_record(*values), kyphoplasty(), brace())
    return by_topic(ask(body))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param(
            [_t_score(-0.5, 10), _t_score(-3.0, 11), _bmi(27, 10)],
            "another T-score not used (−3.0",
            id="t-score-of-the-day-before",
        ),
        pytest.param(
            [_t_score(-0.5, 10), _t_score(-3.0, 400), _bmi(27, 10)],
            "another T-score not used (−3.0",
            id="t-score-of-a-year-before",
        ),
        pytest.param(
            [_t_score(-0.5, 10), _t_score(-3.0, 2000), _bmi(27, 10)],
            "another T-score not used (−3.0",
            id="t-score-that-no-drug-raises-so-far",
        ),
        pytest.param(
            [
                _t_score(-0.5, 10, "lumbar spine"),
                _t_score(-3.0, 11, "hip"),
                _bmi(27, 10),
            ],
            "another T-score not used (−3.0",
            id="hip-in-words-under-a-code-of-the-spine",
        ),
        pytest.param(
            [
                _t_score(-1.3, 10, "lumbar spine"),
                _t_score(-2.6, 400, "hip"),
                _bmi(27, 10),
            ],
            "another T-score not used (−2.6",
            id="osteoporosis-of-the-hip-in-words-is-not-undone-by-the-spine",
        ),
        pytest.param(
            [_t_score(-0.5, 10), _bmi(27, 10), _bmi(17, 11)],
            "another BMI not used (17",
            id="bmi-of-the-day-before",
        ),
        pytest.param(
            [
                _t_score(-0.5, 10),
                _bmi(27, 10),
                measured("weight", 75, number="w-1", days=10),
                measured("weight", 45, number="w-2", days=12),
            ],
            "another weight not used (45",
            id="weight-of-two-days-before",
        ),
        pytest.param(
            [
                _t_score(-0.5, 10),
                measured("weight", 45, days=3),
                measured("height", 1.30, number="h-1", days=3),
                measured("height", 1.65, number="h-2", days=10),
            ],
            "another height not used (1.65",
            id="height-that-cannot-have-fallen-so",
        ),
        pytest.param(
            [
                _t_score(-0.5, 10),
                measured("weight", 75, days=3),
                measured("height", 1.75, number="h-1", days=3),
                measured("height", 1.55, number="h-2", days=300),
            ],
            "another height not used (1.55",
            id="height-of-a-grown-patient-that-rose",
        ),
    ],
)
def test_the_other_one_leaves_the_risk_open(values: list[Resource], named: str) -> None:
    """It would count if the newer one did not exist."""
    card = _cards(*values)["rehabilitation"]
    assert "below the usual" not in card["detail"]
    assert named in card["detail"]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([_t_score(-1.2, 10), _t_score(-1.6, 11)], id="error-of-a-day"),
        pytest.param([_t_score(-1.0, 10), _t_score(-2.3, 400)], id="year-of-treatment"),
        pytest.param([_t_score(-1.0, 10), _t_score(-2.4, 1500)], id="years-of-it"),
        pytest.param([_t_score(-1.5, 10), _t_score(-0.5, 11)], id="lower-than-before"),
        pytest.param([_t_score(-1.0, 10), _bmi(24, 20)], id="weight-of-water"),
        pytest.param([_t_score(-1.0, 10), _bmi(31, 11)], id="bmi-that-fell"),
    ],
)
def test_an_ordinary_change_leaves_nothing_open(values: list[Resource]) -> None:
    card = _cards(*values, measured("bmi", 27))["rehabilitation"]
    assert "not used" not in card["detail"]
    assert "below the usual" in card["detail"]


@pytest.mark.parametrize(
    ("height", "days"),
    [
        pytest.param(1.68, 20, id="asked-and-measured"),
        pytest.param(1.73, 1000, id="some-fractures"),
        pytest.param(1.82, 6000, id="a-spine-that-bent"),
    ],
)
def test_a_height_that_shrank_with_the_spine_leaves_nothing_open(
    height: float, days: int
) -> None:
    card = _cards(
        _t_score(-1.0, 10),
        measured("weight", 75, days=3),
        measured("height", 1.63, number="h-1", days=3),
        measured("height", height, number="h-2", days=days),
    )["rehabilitation"]
    assert "not used" not in card["detail"]
    assert "below the usual" in card["detail"]
