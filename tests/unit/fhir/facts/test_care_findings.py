"""Findings that call for care and never reassure: cancer, dementia, falls, kidneys, causes, death.

What is no, or neither, of them stands in `test_problem_list.toml`.
"""

from datetime import date

import pytest

from tests.builders import RECORD, condition, findings_of, patient
from tests.tables import cases

BY_WORDS = "Recognised by words, not by a code."


@pytest.mark.parametrize(
    ("name", "entry", "label"),
    cases(__file__, "what_is_understood_is_a_yes_with_its_name", RECORD),
)
def test_what_is_understood_is_a_yes_with_its_name(name, entry, label):
    known = findings_of(entry).known[name]
    assert (known.value, known.label) == (True, label)
    assert (BY_WORDS in known.concerns) == ("text" in entry["code"])


@pytest.mark.parametrize(
    ("days", "counts"),
    cases(__file__, "two_falls_of_the_last_year_on_two_days_are_repeated_falls"),
)
def test_two_falls_of_the_last_year_on_two_days_are_repeated_falls(days, counts):
    falls = [
        condition("W18.30XA", status="resolved", onsetDateTime=day) for day in days
    ]
    assert findings_of(*falls, condition("I10")).known["repeated-falls"].value is counts


@pytest.mark.parametrize(
    ("members", "expected"), cases(__file__, "the_dead_are_those_whose_record_says_so")
)
def test_the_dead_are_those_whose_record_says_so(members, expected):
    found = findings_of(person=patient(**members))
    known = found.known.get("deceased")
    assert (known.value if known else None) is expected
    if expected and "deceasedDateTime" in members:
        assert known.observed <= date(2026, 11, 19)
