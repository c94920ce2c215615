"""A quantity or a length in units that do not fit is asked about, not believed."""

import pytest

from tests.chart_builders import (
    ask,
    bed_rest,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    order_sign,
)
from tests.codes import UCUM
from tests.patients.reassuring import reassuring_record


def cards_of(operation, *orders):
    return by_topic(ask(order_sign(reassuring_record(), operation, *orders)))


def lasting(value, unit, code):
    amount = {"value": value, "unit": unit, "system": UCUM, "code": code}
    return {"occurrenceTiming": {"repeat": {"boundsDuration": amount}}}


@pytest.mark.parametrize(
    "quantity",
    [
        pytest.param({"value": 3, "unit": "mL", "code": "mL"}, id="millilitres"),
        pytest.param({"value": 8, "unit": "mL"}, id="unit alone"),
        pytest.param({"value": 3, "code": "h"}, id="code alone"),
        pytest.param({"value": 3}, id="more than the one vertebra that is named"),
    ],
)
def test_an_amount_of_something_else_is_no_number_of_fractures(quantity):
    cards = cards_of(kyphoplasty(quantityQuantity=quantity))
    assert all("fractures at once" not in one["summary"] for one in cards.values())
    assert all(one["indicator"] == "info" for one in cards.values())


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param({}, id="none"),
        pytest.param({"unit": "levels"}, id="levels"),
        pytest.param({"unit": "level", "code": "{level}"}, id="UCUM note"),
        pytest.param({"code": "1"}, id="UCUM one"),
        pytest.param({"unit": "Wirbel"}, id="German"),
        pytest.param({"unit": " Stück ", "code": "{Stk}"}, id="German pieces"),
        pytest.param({"unit": "Vertèbres"}, id="French"),
        pytest.param({"unit": "节段"}, id="Chinese"),
    ],
)
def test_a_count_of_vertebrae_that_are_not_named_counts(unit):
    cards = cards_of(kyphoplasty(None, quantityQuantity={"value": 3} | unit))
    assert any("hree fractures at once" in one["summary"] for one in cards.values())


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        pytest.param(6, "months", "wk", id="months or weeks"),
        pytest.param(12, "weeks", "d", id="weeks or days"),
        pytest.param(6, "weeks", "mo", id="weeks or months"),
    ],
)
def test_a_length_in_two_units_is_asked_about(value, unit, code):
    cards = cards_of(kyphoplasty(), brace(**lasting(value, unit, code)))
    assert cards["braceLimit"]["summary"] == (
        "TLSO: end date? A time in its words was not understood."
    )
    assert "suggestions" not in cards["braceLimit"]


def test_bed_rest_in_two_units_is_no_short_one():
    cards = cards_of(kyphoplasty(), bed_rest(None) | lasting(3, "days", "h"))
    assert "bed rest" in str([one["summary"] for one in cards.values()]).lower()


@pytest.mark.parametrize(
    "times",
    [
        pytest.param({"occurrencePeriod": {"start": days_ago(-365)}}, id="in a year"),
        pytest.param({"occurrencePeriod": {"start": days_ago(-800)}}, id="later"),
        pytest.param({"occurrencePeriod": {"start": "1926-11-20"}}, id="a century ago"),
    ],
)
def test_a_first_day_far_from_today_is_asked_about(times):
    cards = cards_of(kyphoplasty(), brace(**times))
    assert cards["braceLimit"]["summary"] == (
        "TLSO: end date? Its first day is far from today."
    )
    assert "suggestions" not in cards["braceLimit"]


@pytest.mark.parametrize("days", [-800, -365, -1])
def test_a_draft_that_was_written_on_no_such_day_begins_today(days):
    """No draft is written tomorrow."""
    cards = cards_of(kyphoplasty(), brace(authoredOn=days_ago(days)))
    today = cards_of(kyphoplasty(), brace())
    assert cards["braceLimit"]["summary"] == today["braceLimit"]["summary"]
