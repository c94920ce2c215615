"""Find names of events after which training is agreed on, by `fresh-events.toml`."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from cds_service.core.data_file import DataFile
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    PART,
    any_of_tables,
    folded,
)

FILE = "fresh-events.toml"
# How many words, and characters, before a name are looked at.
MOST_BETWEEN, LONGEST_BEFORE = 6, 80
OTHER_SIGN = r"[^\w]"
Words = Mapping[str, tuple[Pattern, ...]]
# The tables of names here, and of codes in `complication-codes.toml`.
FreshEvent = Literal["heart_fresh", "lung_fresh", "brain_fresh"]


class FreshEventsFile(DataFile):
    """`fresh-events.toml`: regular expressions on folded text, by language.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        heart_fresh: names of a heart attack.
        lung_fresh: names of an embolism of the lung.
        brain_fresh: names of a stroke.
        event_over: anywhere next to a name, words for what was.
        over_before: directly before a name, words for what was, or is not there.
        between: what may be between such a word and the name.
        over_behind: directly behind a name, the same.
        risk_class: words for how grave an event is.
        of_these_weeks: in a note or a reason, that an event is new.
    """

    reviewed: bool
    heart_fresh: Words
    lung_fresh: Words
    brain_fresh: Words
    event_over: Words
    over_before: Words
    between: Words
    over_behind: Words
    risk_class: Words
    of_these_weeks: Words


class FreshEventNames:
    """The patterns of the file."""

    def __init__(self, content: FreshEventsFile) -> None:
        """Compile the file."""
        self._names: Mapping[FreshEvent, re.Pattern[str]] = {
            "heart_fresh": any_of_tables(content.heart_fresh),
            "lung_fresh": any_of_tables(content.lung_fresh),
            "brain_fresh": any_of_tables(content.brain_fresh),
        }
        self._over = any_of_tables(content.event_over)
        before, between = (
            any_of_tables(content.over_before),
            any_of_tables(content.between),
        )
        # Words of the two tables, and signs such as "." or "'".
        self._over_before = re.compile(
            rf"(?:{before.pattern})(?:{OTHER_SIGN}{{0,3}}(?:{between.pattern}))"
            rf"{{0,{MOST_BETWEEN}}}{OTHER_SIGN}{{0,3}}$"
        )
        behind = any_of_tables(content.over_behind)
        self._over_behind = re.compile(rf"{OTHER_SIGN}{{0,3}}(?:{behind.pattern})")
        self._risk_class = any_of_tables(content.risk_class)
        self._of_these_weeks = any_of_tables(content.of_these_weeks)

    def without_risk_class(self, words: str) -> str:
        """Take out how grave an event is: "high-risk" asks for none."""
        return self._risk_class.sub(" ", folded(words[:LONGEST_TEXT]))

    def are_in(self, kind: FreshEvent, title: str) -> bool:
        """Tell if a part of a title names an event, and not as an earlier one."""
        parts = PART.split(folded(title[:LONGEST_TEXT]))
        return any(
            not self._is_over(part, name)
            for part in parts
            for name in self._names[kind].finditer(part)
        )

    def are_of_these_weeks(self, sentence: str) -> bool:
        """Tell if a sentence says that what it tells of is new: "stroke last week"."""
        return bool(self._of_these_weeks.search(folded(sentence)))

    def call_over(self, title: str) -> bool:
        """Tell if a title calls each event that it names an earlier one: `old MI`."""
        parts = PART.split(folded(title[:LONGEST_TEXT]))
        calls = [
            self._is_over(part, name)
            for part in parts
            for names in self._names.values()
            for name in names.finditer(part)
        ]
        return all(calls) if calls else any(map(self._over.search, parts))

    def _is_over(self, part: str, name: re.Match[str]) -> bool:
        before = part[max(0, name.start() - LONGEST_BEFORE) : name.start()]
        return bool(
            self._over.search(part)
            or self._over_before.search(before)
            or self._over_behind.match(part, name.end())
        )


def load_fresh_event_names(folders: Sequence[Path]) -> FreshEventNames:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    return FreshEventNames(required(folders, FILE, FreshEventsFile)[1])
