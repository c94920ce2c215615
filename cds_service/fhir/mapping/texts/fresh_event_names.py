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
        event_over: next to these names, words for what was, or is not there.
    """

    reviewed: bool
    heart_fresh: Words
    lung_fresh: Words
    brain_fresh: Words
    event_over: Words


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

    def are_in(self, kind: FreshEvent, title: str) -> bool:
        """Tell if a part of a title names an event, and not as an earlier one."""
        parts = PART.split(folded(title[:LONGEST_TEXT]))
        return any(
            self._names[kind].search(part) and not self._over.search(part)
            for part in parts
        )

    def call_over(self, title: str) -> bool:
        """Tell if a title calls an event an earlier one: `old MI`."""
        return bool(self._over.search(folded(title[:LONGEST_TEXT])))


def load_fresh_event_names(folders: Sequence[Path]) -> FreshEventNames:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    return FreshEventNames(required(folders, FILE, FreshEventsFile)[1])
