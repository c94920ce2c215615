"""The words about time of all languages, compiled: units, numbers, days, "until".

The other modules on durations ask them which of these a text has.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from pydantic import Field

from cds_service.core.data_file import Closed
from cds_service.fhir.mapping.durations.duration_parts import Amount
from cds_service.fhir.mapping.files.language import Durations, any_of, ignoring_case
from cds_service.fhir.mapping.texts.text_rules import UNREAD_IN_NUMBER

YEAR, MONTH = "a", "mo"
SYMBOL = 3  # units this short are the same in all languages
NEAR = 60  # characters of context before and after a duration

LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
WORD = re.compile(rf"[{LETTER}\u3400-\u9fff\uac00-\ud7a3]")
_BEFORE = rf"(?<![{LETTER}])(?:%s)\s*$"
_AFTER = rf"\s*-?\s*(?:%s)(?![{LETTER}])"
_INSIDE = rf"(?<![{LETTER}])(?:%s)(?![{LETTER}])"
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
    **dict.fromkeys(
        ("soon", "later", "changed", "step", "condition", "may_last"), _INSIDE
    ),
    **dict.fromkeys(("before_operation", "weaning", "checks", "spread"), _INSIDE),
    **dict.fromkeys(("within", "limits", "in_all", "worn_how", "unless"), _INSIDE),
    # The full stop of `mind. 12 Wochen` ends no clause.
    "abbreviated": r"(?<!\d)(?<!\d\s)\b(?:%s)(?P<stop>\.)(?=\s*\d)",
    "payer": "%s",
    # `LWK 1 12 Wochen`, `Qty 1 12 weeks`
    "own_number": r"(?:(?<![^\W_])(?:%s)[.:#\s]*|[#椎第]\s*)$",
    "until_event": "%s",
    **dict.fromkeys(("endless", "lasting"), "%s"),
    **dict.fromkeys(("denial", "without", "asides", "further"), _INSIDE),
    "least_before": r"(?:%s)\W*$",
    "least_after": r"\W*(?:%s)",
    "more_before": r"(?:%s)\W*$",
    "not_worn": r"\s*(?:%s)\s*(?:$|[.,;)\n。，；、）])",
    "course": _AFTER,
    "go_on": r"\s*(?:$|[.,;)\n]|(?:%s)\b)",
    # A plus or & before no word, as of `12 weeks+`, joins nothing.
    "clause": rf"[;\n()，。；、]|,(?!\d)|(?<!\d),|\.(?=\s|$)|[&+](?=\s*\w)|{_INSIDE}",
}
_SAID = re.compile(r"\s*(?:$|[.,;:)\n。，；、）])")
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


class Unit(Closed):
    """A unit of time, and what we call one and several of it."""

    hours: float = Field(gt=0)
    one: str
    many: str


class DurationWords:
    """The words of all languages, compiled.

    Attributes:
        units: by UCUM code.
        languages: by code.
        codes: the codes of the languages, English first.
        is_plain: tells if words of a brace order are plain.
        unit_words: pattern, UCUM code of the unit, and language.
        number_words: pattern and number.
        month_words: pattern and month, 1 to 12.
        spans: words that are a length by themselves, with that length: `fortnight`.
        amount_pattern: a number, or a range, with a unit of time.
        repeated_number: a number that is given twice: `ten (10) weeks`.
        unit_of_least: a length, and a bare number that is its most: `6 weeks, max 8`.
        fifty_second: `6/52`, six weeks.
        day_pattern: a day with its year.
        yearless_day_pattern: a day without one.
        by_language: a list of words of one language, by its code and name.
        of_all: a list of words of all languages, by its name.
        until_inside: words for `until` anywhere in a text, by language.
        taken_along: "with" and what goes along with a length: `with calcium`.
    """

    def __init__(
        self,
        units: Mapping[str, Unit],
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
        self.units, self.languages, self.is_plain = units, languages, is_plain
        self.codes = tuple(languages)
        tables = [*languages.values()]
        self.unit_words = _unit_words(languages)
        self.number_words = _number_words(tables)
        self.month_words = _month_words(tables)
        self.spans = _spans(tables)
        unit_names, numbers = _any(self.unit_words), _any(self.number_words)
        months = _any(self.month_words)
        self.amount_pattern = _amount_pattern(numbers, unit_names, tables)
        self.repeated_number = _repeated_pattern(numbers, unit_names)
        self.unit_of_least = _unit_of_least(self.amount_pattern.pattern, tables)
        self.fifty_second = ignoring_case(
            r"(?<![0-9./])(?P<low>[0-9]{1,2})\s?/\s?52(?![0-9/])"
        )
        self.day_pattern = _day_pattern(_DAY_FORMS, months)
        self.yearless_day_pattern = _day_pattern(_YEARLESS_FORMS, months)
        parts = any_of(tables, "part_of_month")
        self.part_of_month = ignoring_case(_INSIDE % rf"(?:{parts})\s*(?:{months})")
        self.by_language = {
            (code, name): ignoring_case(place % any_of([language], name))
            for code, language in languages.items()
            for name, place in _PLACES.items()
        }
        self.until_inside = {
            code: ignoring_case(_INSIDE % any_of([language], "until"))
            for code, language in languages.items()
        }
        self.of_all = {
            name: ignoring_case(place % any_of(tables, name))
            for name, place in _PLACES_OF_ALL.items()
        }
        self.taken_along = _taken_along(tables)
        self.last_stop = _last_stop(tables)
        fillers = "|".join(any_of(tables, name) for name in ("fillers", "soft", "for_"))
        self.fillers = ignoring_case(_INSIDE % fillers)

    def clauses(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the start and the end of each clause."""
        start = 0
        for match in self.of_all["clause"].finditer(text):
            if self._is_of_least(text, match.start()):
                continue
            yield start, match.start()
            start = match.end()
        yield start, len(text)

    def _is_of_least(self, text: str, joint: int) -> bool:
        """Tell if words from a joint on say no more than "and up", "(or longer)"."""
        least = self.of_all["least_after"].match(text, joint)
        return least is not None and bool(_SAID.match(text, least.end()))

    def names(self, words: str, name: str) -> bool:
        """Tell if words hold one of this list, in any language."""
        return self.of_all[name].search(words) is not None

    def is_about_other(self, clause: str, subject: str) -> bool:
        """Tell if a clause names another thing than the ordered item."""
        other = "bed_rest" if subject == "brace" else "brace"
        return self.names(clause, "others") or self.names(clause, other)

    def is_of_another(self, before: str, subject: str) -> bool:
        """Tell if the clause that ends a text names another thing than the item."""
        *_, (start, end) = self.clauses(before)
        words = before[start:end]
        return self.is_about_other(words, subject) and not self.names(words, subject)

    def amounts(self, clause: str) -> Iterator[Amount]:
        """Yield the numbers with a unit of time, `6/52` last."""
        for match in self.amount_pattern.finditer(clause):
            numbers = [
                self.number_of(match[name]) for name in ("low", "high") if match[name]
            ]
            unit = self._unit_at(clause, *match.span("unit"))
            if unit is None:
                continue
            number = max(numbers)
            if match["inside"] or match["behind"]:
                number += 0.5
            if unit == YEAR and number % 1:
                number, unit = number * 12, MONTH  # half a year is said as 6 months
            is_article = match["low"].lower() in ("a", "an")
            yield Amount(*match.span(), number, unit, match["unit"], is_article)
        for match in self.fifty_second.finditer(clause):
            yield Amount(*match.span(), float(match["low"]), "wk", "", is_article=False)

    def _unit_at(self, clause: str, start: int, end: int) -> str | None:
        """Return the unit whose word stands here; None leaves the words unread.

        A word that looks at what follows it is only found with what follows.
        """
        for pattern, unit, _ in self.unit_words:
            behind = pattern.match(clause, start)
            ends_here = behind is not None and behind.end() == end
            if ends_here or pattern.fullmatch(clause, start, end):
                return unit
        return None

    def number_of(self, printed: str) -> float:
        """Return the value of a number in digits or words."""
        if printed[0].isascii() and printed[0].isdigit():
            return float(printed.replace(",", "."))
        values = (value for form, value in self.number_words if form.fullmatch(printed))
        return float(next(values))

    def languages_of(self, amount: Amount) -> tuple[str, ...]:
        """Return the languages in which the unit is a word; all for a symbol."""
        printed = amount.printed_unit
        fitting = (name for form, _, name in self.unit_words if form.fullmatch(printed))
        named = tuple(dict.fromkeys(fitting))
        is_symbol = len(amount.printed_unit) <= SYMBOL and (
            not named or named[0] == self.codes[0]
        )
        return self.codes if is_symbol else named

    def without_soft(self, before: str, languages: Sequence[str]) -> str:
        """Return the text before a duration, without a last "about" or the like."""
        bare = before.rstrip()
        for _ in range(4):
            match = self.ends(bare, "soft", languages)
            if match is None:
                break
            bare = bare[: match.start()].rstrip()
        return bare

    def is_least(self, before: str, after: str) -> bool:
        """Tell if the words around a duration make it the shortest one.

        "Not worn for more than 4 weeks" does not, wherever its denial is.
        """
        behind = self.of_all["least_after"].match(after)
        denied = self.of_all["not_worn"]
        if behind:
            return denied.match(after, behind.end()) is None
        if self.of_all["least_before"].search(before) is None:
            return False
        is_more = self.of_all["more_before"].search(before) is not None
        return not (is_more and denied.match(after))

    def ends(
        self, words: str, name: str, languages: Sequence[str]
    ) -> re.Match[str] | None:
        """Return words of this list that end a text, in one of these languages."""
        patterns = (self.by_language[language, name] for language in languages)
        matches = (pattern.search(words) for pattern in patterns)
        return next(filter(None, matches), None)

    def begins(
        self, words: str, name: str, languages: Sequence[str]
    ) -> re.Match[str] | None:
        """Return words of this list that begin a text, in one of these languages."""
        patterns = (self.by_language[language, name] for language in languages)
        matches = (pattern.match(words) for pattern in patterns)
        return next(filter(None, matches), None)

    def has(self, words: str, name: str, languages: Sequence[str]) -> bool:
        """Tell if words hold one of this list, in one of these languages."""
        return any(self.by_language[one, name].search(words) for one in languages)

    def is_filler(self, words: str) -> bool:
        """Tell if words are none but "for", "about" and the like."""
        return WORD.search(self.fillers.sub(" ", words)) is None


def _unit_words(
    languages: Mapping[str, Durations],
) -> list[tuple[re.Pattern[str], str, str]]:
    return [
        (ignoring_case(word), unit, code)
        for code, language in languages.items()
        for unit, words in language.units.items()
        for word in words
    ]


def _number_words(tables: Sequence[Durations]) -> list[tuple[re.Pattern[str], float]]:
    return [
        (ignoring_case(word), value)
        for table in tables
        for word, value in table.numbers.items()
    ]


def _month_words(tables: Sequence[Durations]) -> list[tuple[re.Pattern[str], int]]:
    return [
        (ignoring_case(word), place)
        for table in tables
        for place, word in enumerate(table.months, 1)
    ]


def _spans(tables: Sequence[Durations]) -> list[tuple[re.Pattern[str], str]]:
    return [
        (ignoring_case(_INSIDE % word), length)
        for table in tables
        for word, length in table.spans.items()
    ]


def _taken_along(tables: Sequence[Durations]) -> re.Pattern[str]:
    withs, drugs = (any_of(tables, name) for name in ("along", "asides"))
    aside = rf"(?:{drugs})(?![{LETTER}])"
    return ignoring_case(rf"\s*(?:{withs})\s*{aside}(?:\s*[/,]?\s*{aside})*")


def _last_stop(tables: Sequence[Durations]) -> re.Pattern[str]:
    """Return a pattern for a last `then stop`, or an end behind a comma or `then`."""
    names = ("stop", "course_end", "clause")
    stops, ends, joints = (any_of(tables, name) for name in names)
    joint = rf"(?:(?:{joints})\s*)"
    return ignoring_case(
        rf"(?:[\s,;.、]+{joint}?(?:{stops})|(?:[,;.、]\s*{joint}?|\s{joint})(?:{ends}))"
        r"\s*\.?\s*$"
    )


def _amount_pattern(
    numbers: str, units: str, tables: Sequence[Durations]
) -> re.Pattern[str]:
    """Return a pattern for a number, or a range, with a unit of time: `6-8 weeks`.

    Args:
        numbers: a pattern for numbers in words.
        units: a pattern for units of time.
        tables: the words of all languages.
    """
    digits = (
        rf"(?<![A-WYZa-wyzÀ-ÖØ-öø-ÿ0-9./⁄{UNREAD_IN_NUMBER}])(?<!\d)(?<![0-9],)"
        r"[0-9]{1,3}(?:[.,][0-9]{1,2})?"
    )
    number = rf"(?:{digits}|(?<![{LETTER}])(?:{numbers}))"
    and_half = rf"(?:{any_of(tables, 'and_half')})"
    to = rf"(?:-|–|—|~|{any_of(tables, 'to')})"
    high = rf"(?P<high>[0-9]{{1,3}}(?:[.,][0-9]{{1,2}})?|{number})"
    return ignoring_case(
        rf"(?P<low>{number})"
        rf"(?:\s*{to}\s*{high})?"
        rf"(?:\s*(?P<inside>{and_half}))?"
        rf"\s*-?\s*(?P<unit>{units})(?![{LETTER}0-9])"
        rf"(?:\s*(?P<behind>{and_half}))?"
    )


def _unit_of_least(amount: str, tables: Sequence[Durations]) -> re.Pattern[str]:
    """Return a pattern for a length and a limit without a unit: `6 weeks, max 8`.

    Args:
        amount: the pattern for a number with a unit of time.
        tables: the words of all languages.
    """
    limit = rf"(?<![{LETTER}])(?:{any_of(tables, 'limits')})(?![{LETTER}])"
    most = rf"(?P<most>{limit}[.:\s]*(?P<number>\d{{1,3}}))"
    return ignoring_case(rf"{amount}[\s,;/、，]*{most}(?=\s*(?:$|[.,;)\n。，；、）]))")


def _repeated_pattern(numbers: str, units: str) -> re.Pattern[str]:
    """Return a pattern for a number that is given twice: `ten (10) weeks`."""
    number = rf"(?<![0-9.,{LETTER}])(?:[0-9]{{1,3}}|{numbers})"
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
    return ignoring_case(rf"(?<![0-9{LETTER}])(?:{'|'.join(forms)})")


def _any(words: Sequence[tuple[re.Pattern[str], *tuple[object, ...]]]) -> str:
    """Return one pattern for these words; of two that fit, the longer one counts.

    Args:
        words: tuples that begin with the pattern of a word.
    """
    patterns = [pattern.pattern for pattern, *_ in words]
    return "|".join(sorted(patterns, key=len, reverse=True))
