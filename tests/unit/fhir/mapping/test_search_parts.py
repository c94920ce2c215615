"""Searches for a tumour or an infection are found by parts of words."""

import tomllib
from pathlib import Path

import pytest

from tests.builders import terminology

HERE = Path(__file__).parent
TITLES = tomllib.loads((HERE / "search_titles.toml").read_text("utf-8"))
EVERYDAY = tomllib.loads((HERE / "everyday_orders.toml").read_text("utf-8"))


def searched(title):
    return terminology().search_parts.concepts_in(title)


@pytest.mark.parametrize(
    ("concept", "title"),
    [
        pytest.param(concept, title, id=f"{concept}: {title}")
        for concept, titles in TITLES.items()
        for title in titles
        if concept != "nothing"
    ],
)
def test_a_search_is_found_in_whatever_words(concept, title):
    assert concept in searched(title)


@pytest.mark.parametrize("title", TITLES["nothing"])
def test_everyday_cultures_biopsies_and_images_search_for_nothing(title):
    assert searched(title) == frozenset()


def test_no_everyday_order_searches():
    titles = [
        title
        for kinds in EVERYDAY.values()
        for listed in kinds["everyday"].values()
        for title in listed
    ]
    assert len(titles) > 500
    assert [title for title in titles if searched(title)] == []


def test_a_text_that_is_no_title_is_not_read():
    assert searched("blood culture " * 20) == frozenset()
