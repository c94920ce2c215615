"""Deficits in plain speech, and denials that deny nothing, leave an entry open."""

import tomllib
from pathlib import Path

import pytest

from cds_service.fhir.entries.words.problem_words import has_grave_stem
from tests.builders import terminology

TITLES = tomllib.loads(Path(__file__).with_name("told_titles.toml").read_text("utf-8"))


@pytest.mark.parametrize("title", TITLES["open"])
def test_a_deficit_in_plain_speech_is_heard(title):
    assert has_grave_stem(title, terminology())


@pytest.mark.parametrize("title", TITLES["harmless"])
def test_an_ordinary_title_and_a_plain_denial_are_not(title):
    assert not has_grave_stem(title, terminology())
