"""Turn dates and times of FHIR into days of the site.

No other module turns a date or a time of a record into a day.

A date is the whole of that day at the site, a year or a month all of its days. A time
with an offset is a moment, and belongs to the day that it is at the site then. So a
value lies in the future only if its first day does.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from cds_service.core.findings import Precision
from cds_service.fhir.raw_json import Json, member, text

_WRITTEN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T.*)?)?)?")
PRECISIONS: dict[int, Precision] = {4: "year", 7: "month"}  # by length as written
YEARS = range(1904, 2200)  # of a living patient, or of a plan
# A year in words, whatever letter is next to it: `2019年`.
WRITTEN_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
WRITTEN_MONTH = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])[/.]((?:19|20)\d\d)(?!\d)")
# Policy: what a title dates to the year before that of the answer may be recent.
YEARS_OVER = 2
# `Breast CA '11`, but neither `5'11` nor `the '90s`
_SHORT_YEAR = re.compile(
    r"(?<!\S)(\(?)['\u2018\u2019`\u00b4](\d\d)(?!\w|[-/.]\d|['\u2019\"])"
)
# `术后十年`, `二〇〇九年`
_CHINESE_YEARS = re.compile(
    r"(?<![〇零一二两三四五六七八九十百几數数\d])(?:(?P<year>[〇零一二三四五六七八九]{4})"
    r"|(?P<tens>[二三四五六七八九]?十)?(?P<ones>[一二两三四五六七八九])?)"
    r"(?=\s?[余多]?年)"
)
_CHINESE = {sign: at for at, sign in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
}
_LAST_CENTURY = 2050  # from '50 on, a short year is one of the 20th century
# The day of the answer on which this thread works. Words of a text without a day, such
# as "stopped in 2025", are judged by its year.
_ANSWERED: ContextVar[date | None] = ContextVar("day of the answer", default=None)


@contextmanager
def answered_on(day: date) -> Iterator[None]:
    """Judge the years in words that are read inside by the day of an answer."""
    token = _ANSWERED.set(day)
    try:
        yield
    finally:
        _ANSWERED.reset(token)


def year_of_answer() -> int:
    """Return the year of the answer on which this thread works; else the present."""
    return day_of_answer().year


def day_of_answer() -> date:
    """Return the day of the answer on which this thread works; else today."""
    return _ANSWERED.get() or datetime.now(tz=UTC).date()


def years_in(words: str) -> list[int]:
    """List the years of four figures that words name."""
    return [int(year) for year in WRITTEN_YEAR.findall(words)]


def is_dated_before(words: str, year: int) -> bool:
    """Tell if words name a year, and none that is this one or later."""
    years = years_in(words)
    return bool(years) and max(years) < year


def is_dated_years_ago(words: str, years: int) -> bool:
    """Tell if words name a year, and each is at least so many before the answer's."""
    return is_dated_before(words, year_of_answer() - years + 1)


def names_year_over(words: str) -> bool:
    """Tell if words name a year that ended a year before that of the answer.

    In 2026 "Gastroscopy 2024" is over, and "Gastroscopy 2025" may be recent.
    """
    return any(year <= year_of_answer() - YEARS_OVER for year in years_in(words))


def with_whole_years(title: str, today: date) -> str:
    """Write the years of two figures behind an apostrophe as four: `Colon ca '09`.

    Each is the last such year; one of the next decades stays as it is. Chinese numbers
    of years become figures: `术后十年`.
    """

    def whole(match: re.Match[str]) -> str:
        year = 2000 + int(match[2])
        if today.year < year < _LAST_CENTURY:
            return match[0]
        return f"{match[1]}{year if year <= today.year else year - 100}"

    if "年" in title:
        title = _CHINESE_YEARS.sub(_in_figures, title)
    return _SHORT_YEAR.sub(whole, title)


def _in_figures(years: re.Match[str]) -> str:
    if years["year"]:
        return "".join(str(_CHINESE[sign]) for sign in years["year"])
    tens, ones = years["tens"], years["ones"]
    if not tens and not ones:
        return ""
    first = _CHINESE[tens[0]] if tens and len(tens) > 1 else bool(tens)
    return str(10 * first + (_CHINESE[ones] if ones else 0))


class Moment(NamedTuple):
    """The time at which a value was true.

    Attributes:
        day: at the site; the first day of a bare year or month.
        instant: in UTC, ISO 8601; empty if only the day is known.
    """

    day: date
    instant: str = ""


class Span(NamedTuple):
    """The first and the last day of several that are given for one thing."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class SiteCalendar:
    """The days of one site."""

    zone: tzinfo = UTC

    def day_of(self, moment: datetime) -> date:
        """Return the day at the site at this moment."""
        return self.at_site(moment).date()

    def at_site(self, moment: datetime) -> datetime:
        """Return this moment in the zone of the site.

        Programs whose clock is not set write the first moment of their calendar. West
        of Greenwich there is none so early: then it stays as it is.
        """
        try:
            return moment.astimezone(self.zone)
        except OverflowError:
            return moment

    def noon(self, day: date) -> datetime:
        """Return noon of this day at the site."""
        return datetime.combine(day, time(12), self.zone)

    def moment(self, value: Any) -> Moment | None:
        """Read a FHIR date, dateTime or instant of any precision; None for others.

        FHIR allows no time without an offset. One that has none is read as a time of
        the site.
        """
        written = text(value).strip()
        parts = _WRITTEN.fullmatch(written)
        if parts is None:
            return None
        at = self._at_site(written) if parts[4] else None
        if at is not None:
            return Moment(at.date(), at.astimezone(UTC).isoformat())
        begins = _day(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
        return Moment(begins) if begins else None

    def clock_time(self, value: Any) -> str:
        """Return the time of an instant at the site, `10:00`; empty for a bare day."""
        written = text(value).strip()
        parts = _WRITTEN.fullmatch(written)
        at = self._at_site(written) if parts and parts[4] else None
        return f"{at:%H:%M}" if at else ""

    def effective(self, raw: Json, prefix: str = "effective") -> Moment | None:
        """Read `<prefix>[x]` of any type; never `issued`.

        The end of a period counts, else its start. The bounds of a timing count, else
        its last event.
        """
        plain = self.moment(raw.get(f"{prefix}DateTime"))  # the usual form
        if plain is not None:
            return plain
        return next(
            (
                moment
                for written in _other_times(raw, prefix)
                if (moment := self.moment(written))
            ),
            None,
        )

    def span(self, raw: Json, prefix: str = "effective") -> Span | None:
        """Return the first and the last day that `<prefix>[x]` names; None if none."""
        written = (raw.get(f"{prefix}DateTime"), *_other_times(raw, prefix))
        days = [day for one in written if (day := self.first_day(one))]
        return Span(min(days), max(days)) if days else None

    def exactness(self, raw: Json, prefix: str = "effective") -> Precision:
        """Tell how exactly `<prefix>[x]` says its day, as `effective` reads it."""
        written = (raw.get(f"{prefix}DateTime"), *_other_times(raw, prefix))
        used = next((one for one in written if self.moment(one)), None)
        return PRECISIONS.get(len(text(used).strip()), "day")

    def first_day(self, value: Any) -> date | None:
        """Return the day on which a FHIR date or dateTime begins."""
        begins = self.moment(value)
        return begins.day if begins else None

    def last_day(self, value: Any) -> date | None:
        """Return the last day of a FHIR date or dateTime of any precision.

        The end of a Period is inclusive.
        """
        begins, parts = self.first_day(value), _WRITTEN.fullmatch(text(value).strip())
        if begins is None or parts is None or parts[3]:
            return begins
        month = begins.month if parts[2] else 12
        following = _day(begins.year + month // 12, month % 12 + 1, 1)
        return following - timedelta(days=1) if following else None

    def may_be_since(self, times: Iterable[Any], since: date) -> bool:
        """Tell if one of these FHIR times may be of a day or later, or none has a day.

        Args:
            times: dates or dateTimes of any precision, raw; junk counts as no day.
            since: the day.
        """
        days = [day for day in map(self.last_day, times) if day is not None]
        return not days or max(days) >= since

    def named_day(self, value: Any) -> date | None:
        """Return the day of a FHIR date or dateTime; None for a bare year or month."""
        parts = _WRITTEN.fullmatch(text(value).strip())
        return self.first_day(value) if parts and parts[3] else None

    def with_offset(self, written: str) -> str:
        """Add the site's offset to a time that has none, `2026-11-20T09:00:00`."""
        try:
            at = datetime.fromisoformat(written).replace(tzinfo=self.zone)
        except ValueError:
            return f"{written}Z"  # it is no time, and is refused later as one
        if self.zone is UTC:
            return f"{written}Z"
        return written + at.isoformat(timespec="seconds")[19:25]

    def _at_site(self, written: str) -> datetime | None:
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            return None
        if not _is_plausible(at.date()):
            return None
        return at.astimezone(self.zone) if at.tzinfo else at.replace(tzinfo=self.zone)


UTC_CALENDAR = SiteCalendar()


def instant(value: Any) -> datetime | None:
    """Read a FHIR instant, which has an offset; None for anything else."""
    try:
        at = datetime.fromisoformat(text(value).strip())
    except ValueError:
        return None
    return at if at.tzinfo else None


def _other_times(raw: Json, prefix: str) -> Iterator[Any]:
    yield raw.get(f"{prefix}Instant")
    timing = raw.get(f"{prefix}Timing")
    for period in (
        raw.get(f"{prefix}Period"),
        member(timing, "repeat", "boundsPeriod"),
    ):
        yield member(period, "end")
        yield member(period, "start")
    events = member(timing, "event")
    yield from sorted(events if isinstance(events, list) else (), key=str, reverse=True)


def _day(year: int, month: int, day: int) -> date | None:
    """Return a plausible day.

    Records write 0001-01-01, 1900-01-01 and 9999-12-31 for "not stated". No living
    patient was born before the first of `YEARS`.
    """
    try:
        calendar_day = date(year, month, day)
    except ValueError:
        return None
    return calendar_day if _is_plausible(calendar_day) else None


def _is_plausible(day: date) -> bool:
    return day.year in YEARS
