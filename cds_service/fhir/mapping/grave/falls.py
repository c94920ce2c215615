"""Find falls in a text, and what was examined for one, by `grave-stems.toml`."""

import re
from datetime import date

from cds_service.fhir.mapping.dates.written_days import (
    days_in,
    latest_of,
    with_plain_months,
)
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.grave.grave_stems_file import GraveStemsFile
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    PART,
    any_of_tables,
    folded,
)

# What links an act of this time to a fall of another one.
_LINK = re.compile(
    r"[,:;、：]|\b(?:for|due|after|because|post|following|nach|bei|wegen|apres|pour|suite"
    r"|tras|por|para|dopo|per|na|po|voor|door|bij|przez|powodu)\b"
)
FEW_WORDS = 4


class Falls:
    """The patterns of a fall, its place and its time."""

    def __init__(self, content: GraveStemsFile) -> None:
        """Compile the tables."""
        self._fallen = any_of_tables(content.fallen)
        self._fall = any_of_tables(content.fall)
        self._led_to_stay = any_of_tables(content.before_stay, content.broke_spine)
        self._older_fall = any_of_tables(content.older_fall)
        self._just_now = any_of_tables(content.just_now)
        self._here = any_of_tables(content.in_room, content.just_now)
        self._examined = any_of_tables(content.examined)
        self._elsewhere = any_of_tables(content.elsewhere)

    def is_fallen(self, words: str) -> bool:
        """Tell if a text tells of a fall in a hospital: "fell out of bed"."""
        return bool(self._fallen.search(folded(words[:LONGEST_TEXT])))

    def are_named(self, words: str) -> bool:
        """Tell if a text names a fall, wherever it was."""
        return bool(self._fall.search(folded(words[:LONGEST_TEXT])))

    def is_fall_alone(self, title: str) -> bool:
        """Tell if a title names a fall, and nothing else."""
        plain = folded(title[:LONGEST_TEXT])
        rest, count = self._fall.subn(" ", plain)
        return bool(count) and not LETTER.search(rest)

    def may_be_of_fall(self, words: str, since: date | None = None) -> bool:
        """Tell if an act of these words may be for a fall in this stay.

        Another bone than the spine is examined for a fall, or the words say where or
        when, and nothing says that the fall led to the stay. A day does so if it is
        before the operation.

        Args:
            words: of a title or a reason.
            since: the day of the operation; without it no day says anything.
        """
        plain = with_plain_months(words[:LONGEST_TEXT])
        falls = [part for part in PART.split(plain) if self._fall.search(part)]
        new = [part for part in falls if not self._older_fall.search(part)]
        days = [named for part in falls for named in days_in(part)]
        if not new or (since and any(one < since for one in latest_of(days, since))):
            return False
        # A year or a month may be an earlier one, and decides nothing.
        exact = [one for one in days if one.day]
        is_dated = any(latest_of(exact, since)) if since else bool(exact)
        if any(
            self._is_at_fall(self._just_now, part)
            and not self._led_to_stay.search(part)
            for part in new
        ):
            return True
        if self._led_to_stay.search(plain):
            return False
        return bool(
            is_dated
            or self._is_at_fall(self._here, plain)
            or (self._examined.search(plain) and self._elsewhere.search(plain))
        )

    def _is_at_fall(self, place: re.Pattern[str], words: str) -> bool:
        """Tell if a time or a place is the fall's own: "fell today".

        "Physiotherapy today after fall" says when the training is.
        """
        places = [match.span() for match in place.finditer(words)]
        return any(
            _is_own(words, fall.span(), one)
            for fall in self._fall.finditer(words)
            for one in places
        )

    def is_examined_after_fall(self, title: str, since: date | None = None) -> bool:
        """Tell if a title is of an examination for a fall, and dates no earlier fall.

        Args:
            title: of an order or a procedure.
            since: the day of the operation; without it no day says anything.
        """
        plain = with_plain_months(title[:LONGEST_TEXT])
        is_old = self._led_to_stay.search(plain) or self._older_fall.search(plain)
        days = latest_of(days_in(plain), since) if since else []
        if is_old or (since and any(one < since for one in days)):
            return False
        return self.are_named(plain) and bool(self._examined.search(plain))


def _is_own(words: str, fall: tuple[int, int], place: tuple[int, int]) -> bool:
    """Tell if a time or place is next to a fall, and of no other act before it."""
    if place[0] >= fall[0]:
        between = words[fall[1] : place[0]]
        return len(between.split()) <= FEW_WORDS
    between = words[place[1] : fall[0]]
    return len(between.split()) <= FEW_WORDS and not _LINK.search(between)
