"""A known name with a side, a grade or a year is that name; nothing else hides there."""

import tomllib
from pathlib import Path

import pytest

from tests.builders import terminology
from tests.chart_builders import problem
from tests.patients.reassuring import REASSURING, card_of

TABLE = tomllib.loads(
    Path(__file__).with_name("joined_names.toml").read_text(encoding="utf-8")
)
MOST_OPEN = 0.12  # of ordinary diagnoses; before, 0.89 were


def leaves_open(title):
    card = card_of(problem("x", code={"text": title}))
    return REASSURING not in f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize("language", TABLE["ordinary"])
def test_ordinary_diagnoses_leave_nothing_open(language):
    said = TABLE["ordinary"][language]
    open_ones = [one for one in said if leaves_open(one)]
    assert len(open_ones) <= MOST_OPEN * len(said), open_ones


@pytest.mark.parametrize("title", TABLE["grave"]["said"])
def test_no_joined_word_makes_something_else_harmless(title):
    assert leaves_open(title)
    assert not terminology().harmless.is_harmless(title)


@pytest.mark.parametrize(
    ("title", "news"),
    [
        *(("Stroke 2014", "grave"), ("Radiusfraktur links", "seldom")),
        *(("Herzinsuffizienz NYHA II", "seldom"), ("Gonarthrose rechts", "")),
        ("Hypertension stage 2, DVT left leg 2013", "grave"),
    ],
)
def test_a_joined_name_counts_as_its_name_when_it_is_new(title, news):
    assert terminology().harmless.is_harmless(title)
    assert terminology().harmless.news_in(title) == news


@pytest.mark.parametrize(
    "title", ["Z.n. Radiusfraktur", "Fractura de radio", "Złamanie kości promieniowej"]
)
def test_a_broken_radius_is_no_earlier_vertebra(title):
    card = card_of(problem("x", code={"text": title}))
    assert "earlier vertebral fracture" not in card["detail"]


@pytest.mark.parametrize(
    "title",
    ["Z.n. Radiusfraktur, Z.n. BWK-12-Fraktur", "Z.n. Radius- und Wirbelfraktur 2018"],
)
def test_a_broken_vertebra_beside_a_radius_leads(title):
    card = card_of(problem("x", code={"text": title}))
    assert "arlier vertebral fracture" in f"{card['summary']} {card['detail']}"


CODED = [
    *("M17.9 Gonarthrose", "M17.9 Gonarthrose rechts", "I10 Hypertonie"),
    *("E03.9 Hypothyreose", "Gonarthrose (M17.9)", "I10.90 Arterielle Hypertonie"),
]
OTHER_CODE = [
    *("C50.9 Gonarthrose", "M46.2 Gonarthrose", "G82.2 Hypertonie", "A41.9 Gicht"),
    *("C79.5 Osteoporose", "Gonarthrose (C79.5)", "M84.5 Gonarthrose"),
    *("M17.9 Gonarthrose, Metastase", "X1 Gonarthrose", "T12 Gonarthrose"),
]


@pytest.mark.parametrize("title", CODED)
def test_a_harmless_code_in_front_says_no_more_than_its_name(title):
    assert not leaves_open(title)


@pytest.mark.parametrize("title", OTHER_CODE)
def test_another_code_in_front_of_a_name_stays_open(title):
    assert leaves_open(title)
