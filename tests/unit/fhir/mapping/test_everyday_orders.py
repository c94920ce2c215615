"""Everyday orders are understood by their titles, and no grave one is taken for one."""

import tomllib
from pathlib import Path

import pytest

from cds_service.fhir.gathering.everyday_orders import is_everyday_order
from tests.builders import terminology

TABLE = Path(__file__).with_name("everyday_orders.toml")
TITLES = tomllib.loads(TABLE.read_text("utf-8"))


def is_understood(title: str) -> bool:
    """Tell if a title, without a code, is one of the orders that concern nothing."""
    return is_everyday_order([{"text": title}], terminology())


def titles_of(kind: str) -> list:
    return [
        pytest.param(title, id=f"{language}: {title}")
        for language, titles in TITLES[kind].items()
        for title in titles
    ]


@pytest.mark.parametrize("title", titles_of("grave"))
def test_a_grave_title_is_not_taken_for_an_everyday_order(title):
    assert not is_understood(title)


@pytest.mark.parametrize("title", titles_of("understood"))
def test_an_everyday_order_is_understood_by_its_title(title):
    assert is_understood(title)
