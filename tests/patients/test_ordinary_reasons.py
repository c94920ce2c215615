"""Ordinary reasons of orders are understood, and no plain words hide what is grave."""

import tomllib
from pathlib import Path

import pytest

from cds_service.fhir.gathering.grave_asides import grave_beside
from tests.builders import terminology
from tests.patients.test_prose_of_reasons import order

TABLE = tomllib.loads(Path(__file__).with_name("ordinary_reasons.toml").read_text())
MOST_OPEN = 0.1  # of ordinary reasons


@pytest.mark.parametrize("language", TABLE["ordinary"])
def test_ordinary_reasons_are_understood(language):
    said = TABLE["ordinary"][language]
    open_ = [one for one in said if grave_beside(order(one), terminology())]
    open_ += [one for one in said if grave_beside(order(one, "note"), terminology())]
    assert len({*open_}) <= MOST_OPEN * len(said), open_


@pytest.mark.parametrize(
    ("language", "words"),
    [(name, one) for name, said in TABLE["grave"].items() for one in said],
)
def test_plain_words_hide_nothing_grave(language, words):
    for element in ("reasonCode", "note"):
        assert grave_beside(order(words, element), terminology()), language
