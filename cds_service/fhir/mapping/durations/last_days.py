"""Read the last day that an order states: `TLSO until 3 March`."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from cds_service.fhir.mapping.durations.duration_parts import Mention, blank
from cds_service.fhir.mapping.durations.duration_words import NEAR, DurationWords
from cds_service.fhir.site_calendar import YEARS

# A day in numbers without a whole year: `12/15`, `15/12/26`. `24/7` is none.
_SLASHED = re.compile(
    r"(?<![\w/.,])(?!24/7(?!\d))(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/\d{2})?(?![\w/])"
)
# The same with full stops, `4.1.` or `04.01.27`; `1.5 mg` is none.
_DOTTED = re.compile(
    r"(?<![\w.,/])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})(?:\.\s?(?:\d{2})?)?(?![\w.,/])"
    r"(?!\s?(?:m?g|mc?g|ml|l|mmol|mio|ie|iu)\b)",
    re.IGNORECASE,
)
# What may be between `until` and its day.
_AND_INCLUDING = re.compile(
    r"(?:\b(?:(?:up to )?(?:and )?including|incl(?:usive)?|einschl\w*|inkl\w*|inclusief"
    r"|inclus|the|dem|zum|den)\b\.?\s*)+$",
    re.IGNORECASE,
)
# A day without a year is one of the next months, or its year is not known.
SOON = timedelta(days=183)

UNTIL = ("until", "until_date", "until_after")


class Ending(NamedTuple):
    """A day with the word for `until` next to it: where both are, and the day."""

    start: int
    end: int
    day: re.Match[str]


DayReader = Callable[[Mapping[str, str]], date | None]


class LastDays:
    """Reads the days of a text, and which of them ends the order."""

    def __init__(self, words: DurationWords) -> None:
        self._words = words

    def read(
        self, text: str, subject: str, written: date | None
    ) -> tuple[list[Mention], str]:
        """Read the last days that are stated, and return the text without days."""
        mentions: list[Mention] = []
        before: int | None = None
        for match in self._words.day_pattern.finditer(text):
            start, end = match.span()
            if mention := self._last_day(text, subject, match, self._day_of):
                mentions.append(mention)
                start, end = mention.start, mention.end
            elif before is not None and self._is_second_day(text, before, start):
                mentions.append(Mention("doubtful", start, end))
            before = end
            text = blank(text, start, end)
        soon = partial(self._day_soon, written=written)
        for match in self._words.yearless_day_pattern.finditer(text):
            # The number of any other day without a year may be another number.
            if mention := self._last_day(text, subject, match, soon):
                mentions.append(mention)
                text = blank(text, mention.start, mention.end)
        return mentions, text

    def _is_second_day(self, text: str, before: int, start: int) -> bool:
        """Tell if a day follows another in its clause: `from 1 Dec to 1 Mar`.

        The second may be the last one.
        """
        is_of_another = self._words.is_about_other(text[:start], "brace")
        return not (
            self._words.of_all["clause"].search(text, before, start) or is_of_another
        )

    def unread(self, text: str) -> Iterator[Mention]:
        """Yield the days that are left in a text, but those of another thing."""
        for amount in self._words.amount_pattern.finditer(text):
            text = blank(text, *amount.span())
        slashed = [
            match
            for match in _SLASHED.finditer(text)
            if _may_be_day(int(match["a"]), int(match["b"]))
        ]
        for match in (*slashed, *self._words.yearless_day_pattern.finditer(text)):
            if not self._words.is_of_another(text[: match.start()], "brace"):
                yield Mention("doubtful", *match.span())

    def nearest(self, text: str, written: date) -> date | None:
        """Return the latest day that ends something in a text; None if it names none.

        If it may be two days, `4/1` or a day without its year, the next one counts.

        Args:
            text: a normal text.
            written: the day on which it was written.
        """
        days = (self._next_day(one.day, written) for one in self.endings(text))
        return max(filter(None, days), default=None)

    def endings(self, text: str) -> Iterator[Ending]:
        """Yield the days of a normal text next to a word for `until`."""
        for pattern in (
            self._words.day_pattern,
            self._words.yearless_day_pattern,
            _SLASHED,
            _DOTTED,
        ):
            for match in pattern.finditer(text):
                ending = self._ending(text, match)
                if ending:
                    yield ending
                    text = blank(text, ending.start, ending.end)

    def meant(self, match: re.Match[str]) -> list[date]:
        """List the days that a day with its year may mean: `4/1/2027` is one of two.

        None of them if a part of it is wrong.
        """
        parts = _parts_of(match)
        if "y" not in parts:
            return []
        forms = [parts]
        if "a" in parts:
            forms = [
                {"m": parts[one], "d": parts[other], "y": parts["y"]}
                for one, other in ("ab", "ba")
            ]
        return [*filter(None, map(self._day_of, forms))]

    def _ending(self, text: str, match: re.Match[str]) -> Ending | None:
        from_ = max(0, match.start() - NEAR)
        before = _AND_INCLUDING.sub("", text[from_ : match.start()])
        for name in self._words.codes:
            by_name = {one: self._words.by_language[name, one] for one in UNTIL}
            led = by_name["until"].search(before) or by_name["until_date"].search(
                before
            )
            behind = by_name["until_after"].match(text, match.end())
            if led or behind:
                start = from_ + led.start() if led else match.start()
                return Ending(start, behind.end() if behind else match.end(), match)
        return None

    def _next_day(self, match: re.Match[str], written: date) -> date | None:
        """Return the first day, as of this one, that a day of a text may mean."""
        parts = _parts_of(match)
        years = [parts["y"]] if "y" in parts else [written.year, written.year + 1]
        orders = [parts]
        if "a" in parts:
            orders = [
                {"m": parts[one], "d": parts[other]} for one, other in ("ab", "ba")
            ]
        days = [
            self._day_of({**one, "y": str(year)}) for one in orders for year in years
        ]
        known = [day for day in days if day and day >= written]
        if "y" not in parts:
            known = [day for day in known if day <= written + SOON]
        return min(known, default=None)

    def _last_day(
        self, text: str, subject: str, match: re.Match[str], day_of: DayReader
    ) -> Mention | None:
        """Read a day that is stated as the last one; None for any other day.

        The last day of physiotherapy is not that of the brace.
        """
        day = day_of(_parts_of(match))
        before = text[max(0, match.start() - NEAR) : match.start()]
        for name in self._words.codes:
            until = self._words.by_language[name, "until"].search(before)
            ending = until or self._words.by_language[name, "until_date"].search(before)
            behind = self._words.by_language[name, "until_after"].match(
                text, match.end()
            )
            if ending is None and behind is None:
                continue
            start, end = match.span()
            if ending:
                start += ending.start() - len(before)
            if behind:
                end = behind.end()
            if until and self._words.is_of_another(text[:start], subject):
                return None
            if day is None:
                return Mention("doubtful", start, end)
            until_day = self._words.languages[name].until_day
            return Mention("day", start, end, day=day, until=until_day)
        return None

    def _day_soon(self, parts: Mapping[str, str], written: date | None) -> date | None:
        """Return the next day with this month and day, if it comes soon enough."""
        if written is None:
            return None
        years = (written.year, written.year + 1)
        days = (self._day_of({**parts, "y": str(year)}) for year in years)
        return next(
            (day for day in days if day and written <= day <= written + SOON), None
        )

    def _day_of(self, parts: Mapping[str, str]) -> date | None:
        """Return the day that a date in words or numbers means; None if unclear."""
        month, day = int(parts.get("m", 0)), int(parts.get("d", 0))
        if word := parts.get("w"):
            places = (
                place for form, place in self._words.month_words if form.fullmatch(word)
            )
            month = next(places, 0)
        if "a" in parts:  # 03/04/2027 is in March or in April
            month, day = int(parts["a"]), int(parts["b"])
            if month <= 12 and day <= 12 and month != day:
                return None
            if month > 12:
                month, day = day, month
        try:
            stated = date(int(parts["y"]), month, day)
        except ValueError:
            return None
        return stated if stated.year in YEARS else None


def _parts_of(match: re.Match[str]) -> dict[str, str]:
    """Return the parts of a day; each form numbers the names of its groups."""
    parts = {name: value for name, value in match.groupdict().items() if value}
    return {name.rstrip("0123456789"): value for name, value in parts.items()}


def _may_be_day(one: int, other: int) -> bool:
    """Tell if two numbers may be a month and a day, in either order."""
    low, high = sorted((one, other))
    return 1 <= low <= 12 and high <= 31
