"""Two values of one day that differ are named, and together they hide no low one."""

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    strong_and_nourished,
)
from tests.codes import LOINC, UCUM, codeable

FILTRATION = "mL/min/{1.73_m2}"


def card_with(*values: Resource, without: str = "") -> Resource:
    record = [one for one in strong_and_nourished() if one["id"] != f"o-{without}"]
    return by_topic(ask(order_sign([*record, *values], kyphoplasty())))[
        "rehabilitation"
    ]


def twice(name: str, first: float, second: float) -> tuple[Resource, Resource]:
    return (
        measured(name, first, number="first", days=1),
        measured(name, second, number="second", days=1),
    )


def filtration(value: float, code: str) -> Resource:
    quantity = {"value": value, "unit": FILTRATION, "system": UCUM, "code": FILTRATION}
    return measured(
        "egfr",
        value,
        number=f"e-{code}",
        days=1,
        code=codeable(LOINC, code),
        valueQuantity=quantity,
    )


@pytest.mark.parametrize(
    ("name", "without", "values"),
    [
        pytest.param(
            "gait speed", "gait-speed", twice("gait-speed", 0.6, 0.7), id="two trials"
        ),
        pytest.param(
            "gait speed", "gait-speed", twice("gait-speed", 0.5, 1.2), id="two paces"
        ),
        pytest.param(
            "weight",
            "bmi",
            (
                *(measured("bmi", 21.5, days=100), measured("height", 1.6)),
                *twice("weight", 39, 40),
            ),
            id="told and weighed",
        ),
    ],
)
def test_values_of_one_day_that_differ_are_named(name, without, values):
    detail = card_with(*values, without=without)["detail"]
    assert "below the usual" not in detail
    unknown = detail.partition("**Not known:**")[2]
    assert f"{name} not used" in unknown
    assert "cannot both be right" in unknown


def test_two_filtrations_that_are_both_low_are_low():
    card = card_with(filtration(22, "48642-3"), filtration(26, "48643-1"))
    assert card["summary"].startswith("eGFR 26")
    assert "below the usual" not in card["detail"]


def test_of_two_filtrations_only_one_of_which_is_low_neither_counts():
    card = card_with(filtration(22, "48642-3"), filtration(35, "48643-1"))
    assert "eGFR" not in card["summary"]
    assert "cannot both be right" in card["detail"]
    assert "below the usual" not in card["detail"]
