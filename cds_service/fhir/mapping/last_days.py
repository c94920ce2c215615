"""Read the last day that an order states: `TLSO until 3 March`."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial

from cds_service.fhir.mapping.duration_parts import Mention, blank
from cds_service.fhir.mapping.duration_words import NEAR, DurationWords
from cds_service.fhir.site_calendar import YEARS

# A day in numbers without a whole year: `12/15`, `15/12/26`. `24/7` is none.
_SLASHED = re.compile(
    r"(?<![\w/.,])(?!24/7(?!\d))(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/\d{2})?(?![\w/])"
)
# A day without a year is one of the next months, or its year is not known.
SOON = timedelta(days=183)

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

    def _last_day(
        self, text: str, subject: str, match: re.Match[str], day_of: DayReader
    ) -> Mention | None:
        """Read a day that is stated as the last one; None for any other day.

        The last day of physiotherapy is not that of the brace.
        """
        parts = {name: value for name, value in match.groupdict().items() if value}
        # each form has its own number after the names of its groups
        named = {name.rstrip("0123456789"): value for name, value in parts.items()}
        day = day_of(named)
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


def _may_be_day(one: int, other: int) -> bool:
    """Tell if two numbers may be a month and a day, in either order."""
    low, high = sorted((one, other))
    return 1 <= low <= 12 and high <= 31
