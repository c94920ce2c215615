"""Each rule finds the fault it is there for: a good answer is broken in one place, and that rule alone must say so."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from tests.card_rules import faults_of
from tests.tables import cases

GOOD = json.loads(
    Path(__file__).with_name("good_answer.json").read_text(encoding="utf-8")
)


def test_a_good_answer_breaks_no_rule():
    assert faults_of(GOOD) == []
    assert faults_of({"cards": []}) == []


@pytest.mark.parametrize(
    ("path", "value"), cases(__file__, "one_broken_place_is_found"), ids=str
)
def test_one_broken_place_is_found(path, value):
    answer = deepcopy(GOOD)
    inner = answer["cards"][0]
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert faults_of(answer) != []


@pytest.mark.parametrize(
    "answer",
    [{}, [], None, {"cards": None}, {"cards": [1]}, {"cards": GOOD["cards"] * 4}],
    ids=str,
)
def test_what_is_no_answer_is_found(answer):
    assert faults_of(answer) != []
