"""Findings that call for care and never reassure: cancer, dementia, falls, kidneys, causes, steroids, death."""

from datetime import date

import pytest

from tests.builders import (
    RECORD,
    condition,
    findings_of,
    patient,
)
from tests.tables import cases

BY_WORDS = "Recognised by words, not by a code."


def other():
    return condition("I10")


def read(name, *resources):
    """True, False, or None for a gap, from lists that were read."""
    found = findings_of(*resources, other(), entries={"procedures": 3, "conditions": 9, "medications": 3})
    return found.known[name].value if name in found.known else None


@pytest.mark.parametrize(
    ("name", "entry", "label"), cases(__file__, "what_is_understood_is_a_yes_with_its_name", RECORD)
)
def test_what_is_understood_is_a_yes_with_its_name(name, entry, label):
    known = findings_of(entry).known[name]
    assert (known.value, known.label) == (True, label)
    assert (BY_WORDS in known.concerns) == ("text" in entry["code"])


@pytest.mark.parametrize(("name", "entry"), cases(__file__, "what_only_looks_alike_is_no", RECORD))
def test_what_only_looks_alike_is_no(name, entry):
    assert read(name, entry) is False


@pytest.mark.parametrize(("name", "entry"), cases(__file__, "what_is_not_understood_is_a_gap", RECORD))
def test_what_is_not_understood_is_a_gap(name, entry):
    assert read(name, entry) is None


@pytest.mark.parametrize(
    ("days", "counts"), cases(__file__, "two_falls_of_the_last_year_on_two_days_are_repeated_falls")
)
def test_two_falls_of_the_last_year_on_two_days_are_repeated_falls(days, counts):
    falls = [condition("W18.30XA", status="resolved", onsetDateTime=day) for day in days]
    assert read("repeated-falls", *falls) is counts


@pytest.mark.parametrize(
    ("entry", "expected"),
    cases(__file__, "a_steroid_is_long_term_after_three_months_or_as_a_state_of_the_problem_list", RECORD),
)
def test_a_steroid_is_long_term_after_three_months_or_as_a_state_of_the_problem_list(entry, expected):
    assert read("long-term-steroid", entry) is expected


@pytest.mark.parametrize(("members", "expected"), cases(__file__, "the_dead_are_those_whose_record_says_so"))
def test_the_dead_are_those_whose_record_says_so(members, expected):
    found = findings_of(person=patient(**members))
    known = found.known.get("deceased")
    assert (known.value if known else None) is expected
    if expected and "deceasedDateTime" in members:
        assert known.observed <= date(2026, 11, 19)
