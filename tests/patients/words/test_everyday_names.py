"""Everyday diagnoses that every list has are known in ten languages, and hide nothing."""

import tomllib
from pathlib import Path

import pytest

from tests.chart_builders import days_ago, problem
from tests.patients.leaving import cards_beside, titled
from tests.patients.reassuring import REASSURING, card_of

TABLE = tomllib.loads(
    Path(__file__).with_name("everyday_names.toml").read_text(encoding="utf-8")
)
# Known before the operation, and asked about if they are new.
SELDOM = [
    "Nykturie",
    "Insuficiencia mitral",
    "Cesárea",
    "過活動膀胱",
    "Leistenhernie operiert",
]


def leaves_open(title: str) -> bool:
    card = card_of(problem("x", code={"text": title}))
    return REASSURING not in f"{card['summary']} {card['detail']}"


def recorded_before(title: str):
    return problem("x", number="g", code={"text": title}, recordedDate=days_ago(3))


@pytest.mark.parametrize("language", TABLE["ordinary"])
def test_ordinary_diagnoses_leave_nothing_open(language):
    said = TABLE["ordinary"][language]
    assert [one for one in said if leaves_open(one)] == []


@pytest.mark.parametrize("language", TABLE["ordinary"])
def test_none_is_asked_about_at_the_discharge(language):
    listed = map(recorded_before, TABLE["ordinary"][language])
    assert [one["code"]["text"] for one in listed if cards_beside(one)] == []


@pytest.mark.parametrize("title", TABLE["grave"]["said"])
def test_nothing_else_hides_next_to_such_a_name(title):
    assert leaves_open(title)


@pytest.mark.parametrize("title", SELDOM)
def test_what_is_new_of_them_is_asked_about(title):
    assert cards_beside(titled(title))
    assert not cards_beside(recorded_before(title))


def test_a_name_with_two_readings_is_asked_about():
    """CVI is a weak vein, and in other hospitals a stroke."""
    assert cards_beside(recorded_before("CVI"))
    assert leaves_open("CVI")
