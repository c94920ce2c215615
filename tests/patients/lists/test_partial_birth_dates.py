"""A birth date without its day may mean two ages; today is 20 November 2026."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    quiet_lists,
)


def card_of(born):
    known = [measured("bmd-t-score", -1.5), measured("bmi", 27)]
    person = patient() | {"birthDate": born}
    body = order_sign([person, *quiet_lists(), *known], kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]


def chosen(card):
    return [one["label"] for one in card["suggestions"] if one.get("isRecommended")]


@pytest.mark.parametrize("born", ["1976", "1976-11"])
def test_who_may_be_under_fifty_gets_no_figure_and_no_choice(born):
    card = card_of(born)
    assert "the usual 1 in 6" in card["detail"]
    assert "below the usual" not in card["detail"]
    assert not chosen(card)


@pytest.mark.parametrize("born", ["1961", "1961-11"])
def test_nothing_is_chosen_and_nothing_calms_who_may_be_under_sixty_five(born):
    card = card_of(born)
    assert "below the usual" not in card["detail"]
    assert not chosen(card)


@pytest.mark.parametrize("born", ["1946", "1946-11"])
def test_who_may_be_eighty_is_not_called_below_the_usual(born):
    assert "below the usual" not in card_of(born)["detail"]


@pytest.mark.parametrize("born", ["1950", "1950-03", "1961-10"])
def test_a_year_that_decides_nothing_costs_nothing(born):
    card = card_of(born)
    assert "below the usual" in card["detail"]
    assert chosen(card) == ["Refer to fracture liaison service"]
