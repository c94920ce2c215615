"""Everyday orders are understood by their titles, and no grave one is taken for one."""

import tomllib
from pathlib import Path

import pytest

from cds_service.fhir.gathering.everyday_orders import is_everyday_order
from tests.builders import terminology

TABLE = Path(__file__).with_name("everyday_orders.toml")
ROUNDS = tomllib.loads(TABLE.read_text("utf-8"))
MOST_OPEN = 0.15  # of everyday titles


def is_understood(title: str) -> bool:
    return is_everyday_order([{"text": title}], terminology())


@pytest.mark.parametrize(
    ("language", "title"),
    [
        pytest.param(language, title, id=f"{name}, {language}: {title}")
        for name, titles in ROUNDS.items()
        for language, listed in titles["grave"].items()
        for title in listed
    ],
)
def test_a_grave_title_is_not_taken_for_an_everyday_order(language, title):
    assert not is_understood(title), language


@pytest.mark.parametrize("name", ROUNDS)
def test_most_everyday_orders_are_understood_by_their_titles(name):
    listed = [one for said in ROUNDS[name]["everyday"].values() for one in said]
    left = [title for title in listed if not is_understood(title)]
    assert len(left) <= MOST_OPEN * len(listed), left
