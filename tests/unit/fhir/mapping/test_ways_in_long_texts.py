"""Kinds and ways of measuring in long texts: found as in short ones, and in time."""

import re
import time

import pytest

from cds_service.errors import DeadlinePassed
from cds_service.outgoing.deadline import Deadline, limited_by
from tests.builders import terminology

FILES = {"kinds": terminology().kinds, "methods": terminology().methods}
RULES = [
    pytest.param(rules, name, id=f"{file}-{name}")
    for file, rules in FILES.items()
    for name in sorted(rules.names)
]
LONGEST = 10_000
# each begins many searches; none ends one early
UNITS = (
    *("no, metastasis. ", "metasta", "tuberculosis ", "spine ", "infection ", "a"),
    *("ward ", "inpatient consult ", "room 1 ", "falls ", "krwiak ", "病棟"),
)
# A search that begins anew at each character takes 16 times as long for four times the
# text; one that does not, four times. What is shorter than the least says nothing.
AS_LONG, MOST_TIMES, LEAST = 4, 10, 0.05  # the last in seconds
# where a search goes over the rest of the line and is not bound to the line's start
UNBOUND = re.compile(r"(?<!\^)(?<!\^\))\(\?[=!]\.\*")


@pytest.mark.parametrize(("rules", "name"), RULES)
def test_a_long_text_is_searched_once_and_not_at_each_character(rules, name):
    def spent(length):
        words = [unit * (length // len(unit)) for unit in UNITS]
        began = time.process_time()
        for text in words:
            rules.named(text, (name,))
        return time.process_time() - began

    assert spent(LONGEST) < MOST_TIMES * max(spent(LONGEST // AS_LONG), LEAST)


@pytest.mark.parametrize(("rules", "name"), RULES)
def test_a_look_over_the_line_is_bound_to_its_start(rules, name):
    """`(?m:^)(?!.*A)(?=.*B)(?=.*C)` is bound: the first of a row of looks counts."""
    rule = rules.root[name]
    patterns = [rule.any.pattern, *([rule.unless.pattern] if rule.unless else [])]
    for pattern in patterns:
        rows = re.sub(r"\)\(\?[=!]\.\*", ")", pattern)
        assert UNBOUND.search(rows) is None


@pytest.mark.parametrize(("rules", "name"), RULES)
def test_what_takes_in_a_whole_line_is_bound_to_its_start(rules, name):
    rule = rules.root[name]
    patterns = rule.unless.pattern if rule.unless else ""
    assert re.search(r"(?:^|\|)(?<!\\\|)\.\*", patterns) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("bone metastasis", "kind-bone-metastasis", id="first-line"),
        pytest.param("Known.\nspine mets", "kind-bone-metastasis", id="second-line"),
        pytest.param("x " * 4000 + "TB of spine", "kind-tuberculosis", id="far"),
        pytest.param(
            "1.\n2. infected vertebra", "kind-vertebral-osteomyelitis", id="list"
        ),
    ],
)
def test_both_words_of_a_kind_may_lie_anywhere_in_one_line(text, kind):
    assert FILES["kinds"].named(text, (kind,)) == {kind}


def test_words_of_a_kind_in_two_lines_are_of_two_things():
    kind = "kind-bone-metastasis"
    assert FILES["kinds"].named("lung metastasis\nbone loss", (kind,)) == frozenset()


@pytest.mark.parametrize(("rules", "name"), RULES[:1] + RULES[-1:])
def test_no_text_is_read_when_the_time_is_over(rules, name):
    with limited_by(Deadline.after(-1.0)), pytest.raises(DeadlinePassed):
        rules.named("bone metastasis", (name,))
