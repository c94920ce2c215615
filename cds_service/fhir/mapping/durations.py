"""Read durations that an order states in words: `TLSO x 3 months`.

The words of each language are in `mappings/texts/`. A text is read clause by clause. A
number with a unit of time is the order's duration only if the words around it say so.
Frequencies, ages and delays are not durations, and clauses about something else (a
check, a dose, a visit) are ignored. Anything unclear is reported as doubtful.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from cds_service.core.data_file import Closed
from cds_service.fhir.mapping.language import Durations, Language, any_of, ignoring_case
from cds_service.fhir.mapping.overlay import required
from cds_service.fhir.mapping.text_rules import normal
from cds_service.fhir.site_calendar import YEARS
from cds_service.outgoing.deadline import check_time

FILE = "durations.toml"
LONGEST_TEXT = 1000  # characters; the rest is not read and makes the text doubtful
MOST_AMOUNTS = 12  # numbers with a unit of time in one text; further ones are doubtful
NEAR = 60  # characters of context before and after a duration
DAY = 24.0  # hours; in a brace order, a length up to this is wear time per day
YEAR, MONTH = "a", "mo"
_SPACELESS = ("ja", "zh")  # their words to wait stand before a length
SYMBOL = 3  # units this short are the same in all languages

_LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
_WORD = re.compile(rf"[{_LETTER}\u3400-\u9fff\uac00-\ud7a3]")
_LATIN = re.compile(rf"[{_LETTER}]")
_DIGIT = re.compile("[0-9]")
_SIGN = re.compile(rf"[0-9{_LETTER}\u3400-\u9fff\uac00-\ud7a3]")
# A number and a word, which may be a unit of time in a language that we do not read.
# Chinese and Japanese, which write no spaces, are read.
_COUNTED = re.compile(
    r"(?<![^\W_])(?<![0-9][.,/:-])[1-9][0-9]{0,2}"
    r"(?:\s?(?:-|–|/)\s?[1-9][0-9]{0,2})?(?:\s?-\s?|\s*)"
    r"(?P<word>[^\W\d_\u3040-\u9fff]+)\b"
)
# `3/12`: three months, or a day of December
_TWELFTH = re.compile(
    rf"(?:(?<![0-9./{_LETTER}])|(?<=\b[xX])|(?<=×))[0-9]{{1,2}}\s?/\s?12(?![0-9/])"
)
_BEFORE = rf"(?<![{_LETTER}])(?:%s)\s*$"
_AFTER = rf"\s*-?\s*(?:%s)(?![{_LETTER}])"
_INSIDE = rf"(?<![{_LETTER}])(?:%s)(?![{_LETTER}])"
# The place of each list of a language: before or after a duration, or anywhere.
_PLACES = {
    **dict.fromkeys(
        ("for_", "soft", "until", "until_date", "every", "since", "delay"), _BEFORE
    ),
    **dict.fromkeys(("rate", "ago", "past"), _AFTER),
    "until_after": r"\s*(?:%s)",
    **dict.fromkeys(("stop", "start", "up"), _INSIDE),
}
# The same for lists of all languages together.
_PLACES_OF_ALL = {
    **dict.fromkeys(("brace", "bed_rest", "others", "complaints"), _INSIDE),
    "earlier": _INSIDE,
    **dict.fromkeys(("overnight", "never", "loose", "posture"), _INSIDE),
    **dict.fromkeys(("soon", "later"), _INSIDE),
    "payer": "%s",
    "until_event": "%s",
    "least_before": r"(?:%s)\W*$",
    "least_after": r"\W*(?:%s)",
    "course": _AFTER,
    "go_on": r"\s*(?:$|[.,;)\n]|(?:%s)\b)",
    "clause": rf"[;\n()，。；、]|,(?!\d)|(?<!\d),|\.(?=\s|$)|[&+]|{_INSIDE}",
}
_DAY_FORMS = (
    r"(?P<y{n}>\d{{4}})-(?P<m{n}>\d{{1,2}})-(?P<d{n}>\d{{1,2}})(?![\d])",
    r"(?P<d{n}>\d{{1,2}})\.\s?(?P<m{n}>\d{{1,2}})\.\s?(?P<y{n}>\d{{4}})(?!\d)",
    r"(?P<y{n}>\d{{4}})[年년]\s?(?P<m{n}>\d{{1,2}})[月월]\s?(?P<d{n}>\d{{1,2}})[日일]",
    (
        r"(?P<d{n}>\d{{1,2}})(?:\.|st|nd|rd|th|er)?\s*(?:de\s+)?"
        r"(?P<w{n}>{months})\.?,?\s*(?:de\s+)?(?P<y{n}>\d{{4}})(?!\d)"
    ),
    (
        r"(?P<w{n}>{months})\.?\s+(?P<d{n}>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
        r"(?P<y{n}>\d{{4}})(?!\d)"
    ),
    r"(?P<a{n}>\d{{1,2}})/(?P<b{n}>\d{{1,2}})/(?P<y{n}>\d{{4}})(?!\d)",
)

# A day without a year: `24 Dec`, `Dec 24`, `24.12.`, `12月24日`
_YEARLESS_FORMS = (
    r"(?P<d{n}>\d{{1,2}})\.\s?(?P<m{n}>\d{{1,2}})\.(?!\s?\d)",
    r"(?P<m{n}>\d{{1,2}})[月월]\s?(?P<d{n}>\d{{1,2}})[日号號일](?!간)",
    (
        r"(?P<d{n}>\d{{1,2}})(?:\.|st|nd|rd|th|er|º|°)?\s*(?:(?:de|of)\s+)?"
        r"(?P<w{n}>{months})(?![A-Za-zÀ-ÿ])(?!\.?[\s,]*(?:de\s+)?['’]?\d)"
    ),
    (
        r"(?P<w{n}>{months})\.?\s+(?P<d{n}>\d{{1,2}})(?:st|nd|rd|th)?"
        r"(?![A-Za-zÀ-ÿ\d/.:-]|,?\s+['’]?\d)"
    ),
)
# A day in numbers without a whole year: `12/15`, `15/12/26`. `24/7` is none.
_SLASHED = re.compile(
    r"(?<![\w/.,])(?!24/7(?!\d))(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/\d{2})?(?![\w/])"
)
# What a number after `until` may be but a day: a time of the clock, within a day, or
# the level of a vertebra.
_NO_DAY = re.compile(
    r"(?<![\d.,:/-])[0-2]?\d"
    r"(?::\d\d|\s?(?:h\d\d|h|am|pm|a\.m\.|p\.m\.|uhr|uur)\b|[时時點点])"
    r"|\b(?:th?|l|s|c|d|[lb]wk)\s?\d{1,2}\b",
    re.IGNORECASE,
)
# A day without a year is one of the next months, or its year is not known.
SOON = timedelta(days=183)

Kind = Literal["length", "day", "event", "payer", "doubtful"]
Verdict = Literal["length", "doubtful"]
Lead = Literal["for", "until", ""]  # the word before a length of time


class Mention(NamedTuple):
    """One passage of a text about the end of its order.

    Attributes:
        kind: a length of time, a last day, an event without a day, months of a payer,
            or something doubtful.
        start, end: place in the text, with the words that belong to it.
        hours: length of a duration.
        length: the duration in our words, `3 months`.
        day: the last day, if one is named.
        until: words for an end date in the text's language, `until {day}`; empty if the
            passage may not be replaced.
        is_least: the duration is the shortest one (`at least 6 weeks`).
    """

    kind: Kind
    start: int
    end: int
    hours: float | None = None
    length: str = ""
    day: date | None = None
    until: str = ""
    is_least: bool = False


class Course(NamedTuple):
    """The length of a drug's course, from the words of its dosage.

    Attributes:
        hours: hours of all steps together.
        rest: the other words.
    """

    hours: float
    rest: str


class _Unit(Closed):
    hours: float = Field(gt=0)
    one: str
    many: str


class _File(Closed):
    units: Mapping[str, _Unit]


class _Amount(NamedTuple):
    """A number with a unit of time; for a range (`6-8 weeks`), the longer one."""

    start: int
    end: int
    number: float
    unit: str
    printed_unit: str
    is_article: bool


class _Length(NamedTuple):
    """A length of time with the word next to it: `for 5 days`, `6 day taper`.

    Attributes:
        is_whole: it is the length of the whole course, as of a taper.
    """

    start: int
    end: int
    hours: float
    is_whole: bool


class _Clause(NamedTuple):
    """One clause of a text.

    Attributes:
        subject: the ordered item, `brace` or `bed_rest`.
        own: it names the ordered item.
        other: it names something else: a check, a dose, a visit.
        about: it is about the ordered item, by its own words or by those of an earlier
            clause; None if none of them name anything.
        is_only: the whole text has one number with a unit of time.
        is_alone: it has one, and all its other words are plain words of a brace order.
    """

    text: str
    subject: str
    own: bool
    other: bool
    about: bool | None
    is_only: bool = False
    is_alone: bool = False


DayReader = Callable[[Mapping[str, str]], date | None]


class DurationRules:
    """The words of all languages, compiled."""

    def __init__(
        self,
        units: Mapping[str, _Unit],
        languages: Mapping[str, Durations],
        is_plain: Callable[[str], bool],
    ) -> None:
        """Compile the words.

        Args:
            units: by UCUM code.
            languages: by code; English comes first, since its symbols are written
                everywhere.
            is_plain: tells if words of a brace order are plain.
        """
        self.units, self.languages, self._is_plain = units, languages, is_plain
        self._all_languages = tuple(languages)
        tables = languages.values()
        self._units = [
            (ignoring_case(word), unit, code)
            for code, language in languages.items()
            for unit, words in language.units.items()
            for word in words
        ]
        self._numbers = [
            (ignoring_case(word), value)
            for table in tables
            for word, value in table.numbers.items()
        ]
        self._months = [
            (ignoring_case(word), place)
            for table in tables
            for place, word in enumerate(table.months, 1)
        ]
        self._amount = _amount_pattern(
            _any(self._numbers), _any(self._units), [*tables]
        )
        self._spans = [
            (ignoring_case(_INSIDE % word), length)
            for table in tables
            for word, length in table.spans.items()
        ]
        self._repeated = _repeated_pattern(_any(self._numbers), _any(self._units))
        self._fifty_second = ignoring_case(
            r"(?<![0-9./])(?P<low>[0-9]{1,2})\s?/\s?52(?![0-9/])"
        )
        self._days = _day_pattern(_DAY_FORMS, _any(self._months))
        self._yearless = _day_pattern(_YEARLESS_FORMS, _any(self._months))
        parts = any_of(tables, "part_of_month")
        self._part_of_month = ignoring_case(
            _INSIDE % rf"(?:{parts})\s*(?:{_any(self._months)})"
        )
        self._by_language = {
            (code, name): ignoring_case(place % any_of([language], name))
            for code, language in languages.items()
            for name, place in _PLACES.items()
        }
        self._until_inside = {
            code: ignoring_case(_INSIDE % any_of([language], "until"))
            for code, language in languages.items()
        }
        self._of_all = {
            name: ignoring_case(place % any_of(tables, name))
            for name, place in _PLACES_OF_ALL.items()
        }
        stops, joints = (any_of(tables, name) for name in ("stop", "clause"))
        self._last_stop = ignoring_case(
            rf"[\s,;.]+(?:(?:{joints})\s+)?(?:{stops})\s*\.?\s*$"
        )
        fillers = "|".join(any_of(tables, name) for name in ("fillers", "soft", "for_"))
        self._fillers = ignoring_case(_INSIDE % fillers)

    def read(
        self,
        text: str,
        subject: Literal["brace", "bed-rest"],
        *,
        is_title: bool = False,
        written: date | None = None,
    ) -> tuple[Mention, ...]:
        """Read what a text says about the end of an order of this kind.

        Positions refer to the text as given.

        Args:
            text: a text from an order.
            subject: the ordered item.
            is_title: the text is the order's title, so all of it is about the item.
            written: the day on which it was written. A last day without a year is the
                next such day; None if that is not known.
        """
        check_time()
        plain = normal(text[:LONGEST_TEXT])
        item = subject.replace("-", "_")
        mentions = list(self._read(plain, item, is_title=is_title, written=written))
        # Positions do not match the text, so nothing can be replaced.
        if len(plain) != len(text) or plain != text:
            mentions = [one._replace(until="") for one in mentions]
        if len(text) > LONGEST_TEXT:
            mentions.append(Mention("doubtful", LONGEST_TEXT, len(text)))
        return tuple(mentions)

    def names_brace(self, text: str) -> bool:
        """Tell if a text names a brace, or wearing one."""
        return self._names(normal(text[:LONGEST_TEXT]), "brace")

    def counts_unknown(self, text: str) -> bool:
        """Tell if a number counts an unknown word, which may be a unit of time."""
        plain = normal(text[:LONGEST_TEXT])
        for known in (self._days, self._amount, self._of_all["posture"]):
            for match in known.finditer(plain):
                plain = blank(plain, *match.span())
        return any(
            not self._is_plain(match["word"]) for match in _COUNTED.finditer(plain)
        )

    def without_times(self, text: str, *, is_title: bool = False) -> str:
        """Return a text with blanks for the lengths, last days and postures in it."""
        plain = normal(text[:LONGEST_TEXT])
        for mention in self._read(plain, "brace", is_title=is_title):
            if mention.kind in ("length", "day") and not mention.is_least:
                plain = blank(plain, mention.start, mention.end)
        for posture in self._of_all["posture"].finditer(plain):
            plain = blank(plain, *posture.span())
        return plain

    def without_ends(self, text: str) -> str:
        """Return a text with blanks for what stands after `until`, clause by clause."""
        plain = normal(text[:LONGEST_TEXT])
        for start, end in self._clauses(plain):
            for until in self._until_inside.values():
                if match := until.search(plain, start, end):
                    plain = blank(plain, match.start(), end)
        return plain

    def course(self, text: str) -> Course | None:
        """Add the lengths of the steps of a dosage.

        `40 mg x 4 days, 20 mg x 4 days` is a course of eight days, `6 day taper` one of
        six. A last `then stop` adds nothing. A step is a clause with another number.
        None if a step has no length, or a clause has several.
        """
        plain = normal(text)
        if len(plain) > LONGEST_TEXT or self._days.search(plain):
            return None
        remainder, hours, is_waiting, before = plain, 0.0, False, 0
        for start, end in self._clauses(plain):
            words, joint = plain[start:end], plain[before:start]
            before = end
            lengths = [*self._led_lengths(words)]
            # `5 mg daily, then 6 day taper` gives no end of the 5 mg
            has_course = any(length.is_whole for length in lengths)
            if is_waiting and has_course and _WORD.search(joint):
                return None
            other = words
            for length in lengths:
                other = blank(other, length.start, length.end)
                remainder = blank(remainder, start + length.start, start + length.end)
                hours += length.hours
            is_step = bool(_DIGIT.search(other))
            if len(lengths) > 1 or (is_step and is_waiting):
                return None
            is_waiting = (is_step or is_waiting) and not lengths
        remainder = self._last_stop.sub("", remainder)
        return Course(hours, remainder) if hours and not is_waiting else None

    def _led_lengths(self, words: str) -> Iterator[_Length]:
        """Yield the lengths of a clause with `for` before or `taper` after them."""
        for amount in self._amounts(words):
            languages = self._languages(amount)
            before, after = words[: amount.start], words[amount.end :]
            lead = self._ends(self._without_soft(before, languages), "for_", languages)
            is_rate = self._begins(after, "rate", languages)
            whole = self._of_all["course"].match(after)
            is_least = self._is_least(before, after)
            if not amount.number or is_least or is_rate or not (lead or whole):
                continue
            hours = amount.number * self.units[amount.unit].hours
            start = lead.start() if lead else amount.start
            end = amount.end + whole.end() if whole else amount.end
            yield _Length(start, end, hours, is_whole=lead is None)

    def _read(
        self,
        text: str,
        subject: str,
        *,
        is_title: bool,
        written: date | None = None,
    ) -> Iterator[Mention]:
        for match in self._of_all["payer"].finditer(text):
            yield Mention("payer", *match.span())
            text = blank(text, match.start(), match.end())
        text = self._in_units(text)
        days, text = self._days_in(text, subject, written)
        yield from days
        twelfths = _TWELFTH.finditer(text)
        yield from (Mention("doubtful", *match.span()) for match in twelfths)
        if subject == "brace":
            unread = [*self._unread_days(text)]
            yield from unread
            for one in unread:
                text = blank(text, one.start, one.end)
        # A brace worn "when out of bed" is not about bed rest, nor about a length.
        if subject == "brace":
            for match in self._of_all["posture"].finditer(text):
                text = blank(text, *match.span())
        amounts = [*islice(self._amount.finditer(text), 2)]
        is_only = len(amounts) == 1
        is_alone = is_only and self._is_plain(blank(text, *amounts[0].span()))
        about: bool | None = is_title or None
        further = islice(self._amount.finditer(text), MOST_AMOUNTS, None)
        if overlong := next(further, None):
            yield Mention("doubtful", overlong.start(), len(text))
            text = text[: overlong.start()]
        for start, end in self._clauses(text):
            words = text[start:end]
            own = self._names(words, subject)
            other = self._is_about_other(words, subject)
            if own or other:
                about = own
            clause = _Clause(words, subject, own, other, about, is_only, is_alone)
            for mention in self._mentions_in(clause):
                yield mention._replace(
                    start=mention.start + start, end=mention.end + start
                )

    def _in_units(self, text: str) -> str:
        """Write `a fortnight` as `2 weeks`, `ten (10) weeks` as `ten weeks`.

        All positions stay. Two numbers that differ are left as they are.
        """
        for word, length in self._spans:
            for match in word.finditer(text):
                written = length.ljust(len(match[0]))
                text = text[: match.start()] + written + text[match.end() :]
        for match in self._repeated.finditer(text):
            if self._number(match["low"]) == self._number(match["again"]):
                text = blank(text, *match.span("bracket"))
        return text

    def _clauses(self, text: str) -> Iterator[tuple[int, int]]:
        start = 0
        for match in self._of_all["clause"].finditer(text):
            yield start, match.start()
            start = match.end()
        yield start, len(text)

    def _names(self, words: str, name: str) -> bool:
        return self._of_all[name].search(words) is not None

    def _is_about_other(self, clause: str, subject: str) -> bool:
        other = "bed_rest" if subject == "brace" else "brace"
        return self._names(clause, "others") or self._names(clause, other)

    def _days_in(
        self, text: str, subject: str, written: date | None
    ) -> tuple[list[Mention], str]:
        """Read the last days that are stated, and return the text without days."""
        mentions: list[Mention] = []
        before: int | None = None
        for match in self._days.finditer(text):
            start, end = match.span()
            if mention := self._last_day(text, subject, match, self._day_of):
                mentions.append(mention)
                start, end = mention.start, mention.end
            elif before is not None and self._is_second_day(text, before, start):
                mentions.append(Mention("doubtful", start, end))
            before = end
            text = blank(text, start, end)
        soon = partial(self._day_soon, written=written)
        for match in self._yearless.finditer(text):
            # The number of any other day without a year may be another number.
            if mention := self._last_day(text, subject, match, soon):
                mentions.append(mention)
                text = blank(text, mention.start, mention.end)
        return mentions, text

    def _is_second_day(self, text: str, before: int, start: int) -> bool:
        """Tell if a day follows another in its clause: `from 1 Dec to 1 Mar`.

        The second may be the last one.
        """
        is_of_another = self._is_about_other(text[:start], "brace")
        return not (self._of_all["clause"].search(text, before, start) or is_of_another)

    def _unread_days(self, text: str) -> Iterator[Mention]:
        """Yield the days that are left in a text, but those of another thing."""
        for amount in self._amount.finditer(text):
            text = blank(text, *amount.span())
        slashed = [
            match
            for match in _SLASHED.finditer(text)
            if _may_be_day(int(match["a"]), int(match["b"]))
        ]
        for match in (*slashed, *self._yearless.finditer(text)):
            if not self._is_of_another(text[: match.start()], "brace"):
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
        for name in self._all_languages:
            until = self._by_language[name, "until"].search(before)
            ending = until or self._by_language[name, "until_date"].search(before)
            behind = self._by_language[name, "until_after"].match(text, match.end())
            if ending is None and behind is None:
                continue
            start, end = match.span()
            if ending:
                start += ending.start() - len(before)
            if behind:
                end = behind.end()
            if until and self._is_of_another(text[:start], subject):
                return None
            if day is None:
                return Mention("doubtful", start, end)
            until_day = self.languages[name].until_day
            return Mention("day", start, end, day=day, until=until_day)
        return None

    def _is_of_another(self, before: str, subject: str) -> bool:
        """Tell if the clause that ends a text names another thing than the item."""
        *_, (start, end) = self._clauses(before)
        words = before[start:end]
        return self._is_about_other(words, subject) and not self._names(words, subject)

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
            places = (place for form, place in self._months if form.fullmatch(word))
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

    def _mentions_in(self, clause: _Clause) -> Iterator[Mention]:
        text, subject = clause.text, clause.subject
        lengths = [
            mention
            for amount in self._amounts(text)
            if (mention := self._length(clause, amount))
        ]
        yield from lengths
        if any(one.kind == "length" for one in lengths):
            return
        if subject == "brace" and self._names(text, "until_event"):
            yield Mention("event", 0, len(text))
            return
        if clause.other and not clause.own:
            if subject == "brace" and self._ends_with_another(text):
                yield Mention("event", 0, len(text))
            return
        languages = self._all_languages
        is_overnight = subject == "bed_rest" and self._names(text, "overnight")
        events = [self._event_in(text, language) for language in languages]
        event = next(filter(None, events), "")
        # Nobody knows when a brace will come.
        is_awaited = subject == "bed_rest" and self._names(event, "brace")
        is_rest = subject == "bed_rest" and not is_overnight
        if is_rest and (self._is_some_day(event) or self._ends_on_some_day(text)):
            yield Mention("doubtful", 0, len(text))
            return
        if is_overnight or (event and not is_awaited):
            yield Mention("event", 0, len(text))
            return
        may_be_of_brace = subject == "brace" and clause.about is not False
        if not may_be_of_brace or any(self._amounts(text)):
            return
        loose = self._of_all["loose"].search(text) or self._part_of_month.search(text)
        if loose and not self._ends(text[: loose.start()], "every", languages):
            yield Mention("doubtful", *loose.span())

    def _ends_with_another(self, text: str) -> bool:
        """Tell if a clause names another thing only as the end of the brace.

        `until follow-up in 6 weeks`, `6 weeks post discharge`.
        """
        languages = self._all_languages
        starts = [
            until.start()
            for language in languages
            if (until := self._until_inside[language].search(text))
            and self._event_in(text, language)
        ]
        starts += [
            amount.start
            for amount in self._amounts(text)
            if (past := self._begins(text[amount.end :], "past", languages))
            # Chinese names after 后 what is done then.
            and _LATIN.search(past[0])
        ]
        return any(not self._is_about_other(text[:one], "brace") for one in starts)

    def _event_in(self, text: str, language: str) -> str:
        """Return the end without a day that is named: `until mobilised`."""
        until = self._until_inside[language].search(text)
        if until is None or not _SIGN.search(text, until.end()):
            return ""
        if self._of_all["never"].search(text, until.end()):
            return ""
        return text[until.end() :]

    def _is_some_day(self, event: str) -> bool:
        """Tell if what stands after `until` is a day or time that is not read.

        Tonight, tomorrow and a time of the clock are within a day.
        """
        if self._names(event, "soon"):
            return False
        is_numbered = bool(_DIGIT.search(_NO_DAY.sub(" ", event)))
        return is_numbered or self._names(event, "later")

    def _ends_on_some_day(self, text: str) -> bool:
        """Tell if such a day stands before its `until`, as in Japanese and Korean."""
        return any(
            self._by_language[language, "until_after"].match(text, day.end())
            for day in self._of_all["later"].finditer(text)
            for language in self._all_languages
        )

    def _amounts(self, clause: str) -> Iterator[_Amount]:
        for match in self._amount.finditer(clause):
            numbers = [
                self._number(match[name]) for name in ("low", "high") if match[name]
            ]
            unit = next(
                unit
                for pattern, unit, _ in self._units
                if pattern.fullmatch(clause, *match.span("unit"))
            )
            number = max(numbers)
            if match["inside"] or match["behind"]:
                number += 0.5
            if unit == YEAR and number % 1:
                number, unit = number * 12, MONTH  # half a year is said as 6 months
            is_article = match["low"].lower() in ("a", "an")
            yield _Amount(*match.span(), number, unit, match["unit"], is_article)
        for match in self._fifty_second.finditer(clause):
            yield _Amount(
                *match.span(), float(match["low"]), "wk", "", is_article=False
            )

    def _number(self, printed: str) -> float:
        if printed[0].isascii() and printed[0].isdigit():
            return float(printed.replace(",", "."))
        values = (value for form, value in self._numbers if form.fullmatch(printed))
        return float(next(values))

    def _length(self, clause: _Clause, amount: _Amount) -> Mention | None:
        """Read a duration, which may be doubtful; None if it is not the order's."""
        languages = self._languages(amount)
        before = clause.text[max(0, amount.start - NEAR) : amount.start]
        after = clause.text[amount.end : amount.end + NEAR]
        unit = self.units[amount.unit]
        hours = amount.number * unit.hours
        is_of_day = hours < DAY or (hours == DAY and amount.unit == "h")
        is_wear_time = clause.subject == "brace" and is_of_day
        if is_wear_time or amount.number == 0:
            return None
        if self._is_rate_or_past(before, after, languages):
            return None
        bare = self._without_soft(before, languages)
        leading = self._ends(bare, "for_", languages)
        until = self._ends(bare, "until", languages)
        if amount.is_article and not leading:
            return None
        lead = until or leading
        led_by: Lead = ""
        if lead is not None:
            led_by = "until" if until else "for"
        start = amount.start - len(before) + lead.start() if lead else amount.start
        ahead, behind = clause.text[:start], clause.text[amount.end :]
        verdict = self._verdict(clause, ahead, behind, languages, led_by)
        if verdict is None:
            return None
        if verdict == "doubtful" or self._names(clause.text, "earlier"):
            return Mention("doubtful", start, amount.end)
        noun = unit.one if amount.number == 1 else unit.many
        wording = f"{amount.number:g} {noun}"
        is_delay = lead is None and self._ends(bare, "delay", languages)
        may_replace = self._of_all["go_on"].match(after) and not is_delay
        named = (
            name
            for name in languages
            if leading is None or self._by_language[name, "for_"].search(bare)
        )
        phrase = self.languages[next(named, "en")].until_day if may_replace else ""
        is_least = self._is_least(before, after)
        return Mention(
            "length", start, amount.end, hours, wording, until=phrase, is_least=is_least
        )

    def _is_rate_or_past(
        self, before: str, after: str, languages: Sequence[str]
    ) -> bool:
        """Tell if a number is part of a frequency, or of a time gone by."""
        return bool(
            self._ends(before, "every", languages)
            or self._begins(after, "rate", languages)
            or self._begins(after, "ago", languages)
            or self._ends(before, "since", languages)
        )

    def _is_least(self, before: str, after: str) -> bool:
        """Tell if the words around a duration make it the shortest one."""
        ahead = self._of_all["least_before"].search(before)
        return bool(ahead or self._of_all["least_after"].match(after))

    def _verdict(
        self,
        clause: _Clause,
        before: str,
        after: str,
        languages: Sequence[str],
        led_by: Lead,
    ) -> Verdict | None:
        """Judge a number by the text around it; None if it is not the order's."""
        if led_by == "until":
            return "length" if clause.about is not False else None
        if clause.other and not clause.own:
            return None
        is_led = bool(led_by)
        near = self._without_soft(before[-NEAR:], languages)
        is_led_in = is_led or not self._ends(near, "delay", languages)
        late = self._begins(after, "past", languages)
        starts = self._has(before, "start", languages)
        stops = self._has(before, "stop", languages)
        if not is_led_in or (late and starts):
            is_end = self._is_end(clause, languages, stops=stops) or (
                # 術後24時間ベッド上安静: the rest is named behind its length
                clause.subject == "bed_rest"
                and self._is_next_to_subject("", after, clause.subject)
                and not self._has(after, "start", languages)
            )
            is_bare = self._says_no_more(clause, near, after)
            otherwise: Verdict | None = "doubtful" if is_bare else None
            return "length" if is_end and not starts else otherwise
        if clause.other or stops:  # "off for 2 days"
            is_for_it = is_led and not stops
            if is_for_it and not self._is_about_other(before, clause.subject):
                return "length"
            return "doubtful"
        return self._in_its_clause(
            clause, before, after, is_led=is_led, late=bool(late)
        )

    def _says_no_more(self, clause: _Clause, before: str, after: str) -> bool:
        """Tell if a brace's clause has only a time to wait, and not what is then.

        It may be the end: 術後8週. "In 6 weeks" goes on elsewhere.
        """
        if clause.subject != "brace" or clause.about is False:
            return False
        languages = [one for one in self._all_languages if one in _SPACELESS]
        delay = self._ends(before, "delay", languages)
        return delay is not None and self._is_plain(before[: delay.start()] + after)

    def _is_end(
        self, clause: _Clause, languages: Sequence[str], *, stops: bool
    ) -> bool:
        """Tell if the order ends after a time at which something happens.

        "off after 6 weeks" and "may sit up after 4 h" end it, and so does "Bettruhe
        nach 24 h beenden". "X-ray at 6 weeks" does not.
        """
        if clause.about is False:
            return False
        is_rest = clause.subject == "bed_rest"
        if is_rest and clause.own:
            stops |= self._has(clause.text, "stop", languages)
        return stops or (is_rest and self._has(clause.text, "up", languages))

    def _in_its_clause(
        self, clause: _Clause, before: str, after: str, *, is_led: bool, late: bool
    ) -> Verdict | None:
        """Judge a duration in a clause about nothing else, by the words around it."""
        if not clause.own:
            if clause.about is False:
                return None
            complains = self._of_all["complaints"].search(clause.text)
            is_its = clause.is_alone or clause.subject == "bed_rest"
            if clause.is_only and is_its and not late and not complains:
                return "length"
            return "length" if self._is_filler(f"{before} {after}") else "doubtful"
        if late and clause.subject == "brace" and not is_led:
            return "doubtful"  # "TLSO 6 weeks after surgery" may be a beginning
        # In words about the brace the only length is the brace's, wherever it is.
        is_clear = (
            is_led
            or clause.is_only
            or self._is_next_to_subject(before, after, clause.subject)
        )
        return "length" if is_clear else "doubtful"

    def _is_next_to_subject(self, before: str, after: str, subject: str) -> bool:
        """Tell if only filler words are between a duration and the ordered item."""
        pattern = self._of_all[subject]
        ends = [match.end() for match in pattern.finditer(before)]
        if ends:
            return self._is_filler(before[ends[-1] :])
        following = pattern.search(after)
        return (
            self._is_filler(before)
            and following is not None
            and self._is_filler(after[: following.start()])
        )

    def _is_filler(self, words: str) -> bool:
        return _WORD.search(self._fillers.sub(" ", words)) is None

    def _languages(self, amount: _Amount) -> tuple[str, ...]:
        """Return the languages in which the unit is a word; all for a symbol."""
        printed = amount.printed_unit
        fitting = (name for form, _, name in self._units if form.fullmatch(printed))
        named = tuple(dict.fromkeys(fitting))
        is_symbol = len(amount.printed_unit) <= SYMBOL and (
            not named or named[0] == self._all_languages[0]
        )
        return self._all_languages if is_symbol else named

    def _without_soft(self, before: str, languages: Sequence[str]) -> str:
        """Return the text before a duration, without a last "about" or the like."""
        bare = before.rstrip()
        for _ in range(4):
            match = self._ends(bare, "soft", languages)
            if match is None:
                break
            bare = bare[: match.start()].rstrip()
        return bare

    def _ends(
        self, words: str, name: str, languages: Sequence[str]
    ) -> re.Match[str] | None:
        """Return words of this list that end a text, in one of these languages."""
        patterns = (self._by_language[language, name] for language in languages)
        matches = (pattern.search(words) for pattern in patterns)
        return next(filter(None, matches), None)

    def _begins(
        self, words: str, name: str, languages: Sequence[str]
    ) -> re.Match[str] | None:
        """Return words of this list that begin a text, in one of these languages."""
        patterns = (self._by_language[language, name] for language in languages)
        matches = (pattern.match(words) for pattern in patterns)
        return next(filter(None, matches), None)

    def _has(self, words: str, name: str, languages: Sequence[str]) -> bool:
        return any(self._by_language[one, name].search(words) for one in languages)


def _amount_pattern(
    numbers: str, units: str, tables: Sequence[Durations]
) -> re.Pattern[str]:
    """Return a pattern for a number, or a range, with a unit of time: `6-8 weeks`.

    Args:
        numbers: a pattern for numbers in words.
        units: a pattern for units of time.
        tables: the words of all languages.
    """
    digits = r"(?<![A-WYZa-wyzÀ-ÿ0-9./⁄])(?<![0-9],)[0-9]{1,3}(?:[.,][0-9]{1,2})?"
    number = rf"(?:{digits}|(?<![{_LETTER}])(?:{numbers}))"
    and_half = rf"(?:{any_of(tables, 'and_half')})"
    to = rf"(?:-|–|—|~|{any_of(tables, 'to')})"
    high = rf"(?P<high>[0-9]{{1,3}}(?:[.,][0-9]{{1,2}})?|{number})"
    return ignoring_case(
        rf"(?P<low>{number})"
        rf"(?:\s*{to}\s*{high})?"
        rf"(?:\s*(?P<inside>{and_half}))?"
        rf"\s*-?\s*(?P<unit>{units})(?![A-Za-zÀ-ÿ0-9])"
        rf"(?:\s*(?P<behind>{and_half}))?"
    )


def _repeated_pattern(numbers: str, units: str) -> re.Pattern[str]:
    """Return a pattern for a number that is given twice: `ten (10) weeks`."""
    number = rf"(?<![0-9.,{_LETTER}])(?:[0-9]{{1,3}}|{numbers})"
    return ignoring_case(
        rf"(?P<low>{number})(?P<bracket>\s?\(\s?(?P<again>{number})\s?\))"
        rf"(?=\s*-?\s*(?:{units})(?![A-Za-zÀ-ÿ0-9]))"
    )


def _day_pattern(forms_of_days: Sequence[str], months: str) -> re.Pattern[str]:
    """Return a pattern for a day of the calendar.

    Args:
        forms_of_days: how a day may be written.
        months: a pattern for the names of months.
    """
    forms = (form.format(n=n, months=months) for n, form in enumerate(forms_of_days))
    return ignoring_case(rf"(?<![0-9{_LETTER}])(?:{'|'.join(forms)})")


def _any(words: Sequence[tuple[re.Pattern[str], *tuple[object, ...]]]) -> str:
    """Return one pattern for these words; of two that fit, the longer one counts.

    Args:
        words: tuples that begin with the pattern of a word.
    """
    patterns = [pattern.pattern for pattern, *_ in words]
    return "|".join(sorted(patterns, key=len, reverse=True))


def _may_be_day(one: int, other: int) -> bool:
    """Tell if two numbers may be a month and a day, in either order."""
    low, high = sorted((one, other))
    return 1 <= low <= 12 and high <= 31


def blank(text: str, start: int, end: int) -> str:
    """Put spaces in place of a part of a text; all other positions stay."""
    return text[:start] + " " * (end - start) + text[end:]


def load_durations(
    folders: Sequence[Path],
    languages: Mapping[str, Language],
    is_plain: Callable[[str], bool],
) -> DurationRules:
    """Load the rules for these languages, with the units in force.

    Args:
        folders: where the file of units may be.
        languages: by code.
        is_plain: tells if words of a brace order are plain.

    Raises:
        DataFileError: the file of units is missing or wrong.
    """
    tables = {
        code: languages[code].durations
        for code in sorted(languages, key=lambda code: (code != "en", code))
    }
    return DurationRules(required(folders, FILE, _File)[1].units, tables, is_plain)
