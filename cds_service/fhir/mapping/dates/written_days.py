"""Read the days that short words name, to tell if something was before an operation.

"Fall 18.11.2026", "fell on 11/18", "Sturz am 3. Nov": a number that may be a day or a
month is read as both. The year alone is the last day of it.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.fhir.mapping.texts.text_rules import folded

# The names of the months, folded, and short forms that are no other word.
MONTHS = (
    "jan january januar janvier enero gennaio januari stycznia",
    "feb february februar fevrier febrero febbraio februari lutego",
    "mar march marz maerz mars marzo maart marca",
    "apr april avril abril aprile kwietnia",
    "may mai mayo maggio mei maja",
    "jun june juni juin junio giugno czerwca",
    "jul july juli juillet julio luglio lipca",
    "aug august aout agosto augustus sierpnia",
    "sep sept september septembre septiembre settembre wrzesnia",
    "oct okt october oktober octobre octubre ottobre pazdziernika",
    "nov november novembre noviembre listopada",
    "dec dez december dezember decembre diciembre dicembre grudnia",
)
_NAMES = {name: at for at, names in enumerate(MONTHS, 1) for name in names.split()}
_NAME = "|".join(sorted(_NAMES, key=len, reverse=True))
# The word before a day without a year; without one it is no day: "pain 7/10".
_BEHIND = (
    r"(?:\b(?:on|am|vom|seit|since|of|le|du|el|il|del|op|dnia|fall|fell|fallen|sturz"
    r"|gesturzt|chute|caida|caduta|val|upadek):? )"
)
_ISO = re.compile(r"\b(?P<y>(?:19|20)\d\d)[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})\b")
_DOTTED = re.compile(
    r"(?<![\w.,])(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>(?:19|20)?\d\d)?(?![\w%])"
)
_SLASHED = re.compile(
    r"(?<![\w/.])(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>(?:19|20)?\d\d)(?![\w/])"
)
# Where a sentence ends, the stop behind the month is lost.
_DOTTED_BEHIND = re.compile(
    rf"{_BEHIND}(?P<d>\d{{1,2}})\. ?(?P<m>\d{{1,2}})(?![\w%.,]|\.\d)"
)
_SLASHED_BEHIND = re.compile(rf"{_BEHIND}(?P<d>\d{{1,2}})/(?P<m>\d{{1,2}})(?![\w/])")
_NAMED = re.compile(
    rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:de |of )?(?P<n>{_NAME})\b\.?"
    r"(?:,? (?:de )?(?P<y>(?:19|20)\d\d))?\b"
)
_NAME_FIRST = re.compile(
    rf"\b(?P<n>{_NAME})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    r"(?:,? (?P<y>(?:19|20)\d\d))?\b"
)
_MONTH = re.compile(rf"\b(?P<n>{_NAME})\b\.? (?P<y>(?:19|20)\d\d)\b")
_STOP = re.compile(rf"\b((?:{_NAME}))\. ?(?=\d)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
PATTERNS = (
    *(_ISO, _DOTTED, _SLASHED, _DOTTED_BEHIND, _SLASHED_BEHIND),
    *(_NAMED, _NAME_FIRST, _MONTH),
)
# A day without a year is of the past: no order tells of a fall that comes.
SOON = timedelta(days=31)


class WrittenDay(NamedTuple):
    """A day, a month or a year as written; 0 for what it does not say.

    Attributes:
        may_turn: day and month may be meant the other way round.
    """

    year: int
    month: int
    day: int
    may_turn: bool = False


def days_in(words: str) -> list[WrittenDay]:
    """List the days and years that words name."""
    left, days = folded(words), []
    for pattern in PATTERNS:
        for match in pattern.finditer(left):
            parts = match.groupdict()
            year = int(parts.get("y") or 0)
            year += 2000 if 0 < year < 100 else 0
            month = _NAMES[parts["n"]] if "n" in parts else int(parts["m"])
            may_turn = pattern in (_SLASHED, _SLASHED_BEHIND)
            day = WrittenDay(year, month, int(parts.get("d") or 0), may_turn)
            # "14.00" is a time of day.
            if month and (day.day or "d" not in parts):
                days.append(day)
        left = pattern.sub(" ", left)
    return [*days, *(WrittenDay(int(year), 0, 0) for year in _YEAR.findall(left))]


def with_plain_months(words: str) -> str:
    """Return the folded text without the stop behind a short month: "Dez. 2025"."""
    return _STOP.sub(r"\1 ", folded(words))


def latest_of(days: Iterable[WrittenDay], near: date) -> Iterator[date]:
    """Yield the last day that each may mean, for an entry of about this day.

    What is no day is left out: it decides nothing.
    """
    for one in days:
        if not one.month:
            yield date(one.year, 12, 31)
            continue
        if not one.day and one.year:
            yield from _end_of_month(one)
            continue
        turned = one._replace(month=one.day, day=one.month)
        readings = (one, turned) if one.may_turn else (one,)
        meant = [day for reading in readings for day in _meant_by(reading, near)]
        if meant:
            yield max(meant)


def _end_of_month(one: WrittenDay) -> Iterator[date]:
    with suppress(ValueError):
        first = date(one.year, one.month, 1)
        yield (first + SOON).replace(day=1) - timedelta(days=1)


def _meant_by(one: WrittenDay, near: date) -> Iterator[date]:
    years = (one.year,) if one.year else (near.year + 1, near.year, near.year - 1)
    for year in years:
        with suppress(ValueError):
            day = date(year, one.month, one.day)
            if one.year or day <= near + SOON:
                yield day
                return
