"""Texts that remember how they were made, so that another language can say them.

A `Translatable` is its English text. It keeps the template and the words that made it,
and `in_language` says them by a language file. A plain text that the file does not know
raises `NotTranslated`: then the whole answer is said in English, never half of it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from string import Formatter
from typing import Literal, Protocol, Self

NOTHING: Mapping[str, str] = {}
MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
DayForm = Literal["date", "near", "month", "year"]
# What every language writes alike, but for its decimal sign.
NUMBER = re.compile(
    r"[<>≤≥]?[+−-]?\d+(?:\.\d+)?(?:–\d+)?"
    r"(?: ?(?:%|kg/m²|kg|m/s|m|cm²|mm²/m²|HU|h|°))?(?: \(\d+(?:\.\d+)?\))?"
)
LEVEL = r"(?:[CTLS]\d{1,2})"
LEVELS = re.compile(rf"{LEVEL}(?:(?:, |-|–){LEVEL})*")
# A question, or brackets, end their sentence.
DOUBLE_ENDS = (
    ("?.", "?"),
    ("? (FLS).", "? (FLS)"),
    ("？。", "？"),
    ("？（FLS）。", "？（FLS）"),
)
# A month that is abbreviated (`4 déc.`) ends its sentence; three dots are meant.
TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")


class NotTranslated(Exception):
    """A language has no words for a text.

    The error does not hold the text: it may be of the record.
    """


class Language(Protocol):
    """The words of a language file."""

    def has(self, template: str) -> bool:
        """Tell if it has a sentence for this English one."""

    def sentence(self, template: str) -> str:
        """Return the sentence for this English one; raises NotTranslated."""

    def day_text(self, day: date, form: DayForm) -> str:
        """Write a day."""

    def number_text(self, number: str) -> str:
        """Write a number that was written in English."""

    def join(self, words: Iterable[str], separator: str, last: str) -> str:
        """Join words as the English separators do."""

    def without_brackets(self, text: str) -> str:
        """Leave out what follows the first opening bracket."""


class Translatable(str):
    """An English text that another language can say."""

    __slots__ = ()

    def translation(self, language: Language) -> str:
        """Return it in this language; raises NotTranslated."""
        raise NotImplementedError

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and pickle its template and words too."""
        names = getattr(type(self), "__slots__", ())
        made_of = {name: getattr(self, name) for name in names}
        return _again, (type(self), str(self), made_of)


def _again(
    kind: type[Translatable], text: str, made_of: Mapping[str, object]
) -> Translatable:
    phrase = str.__new__(kind, text)
    for name, value in made_of.items():
        setattr(phrase, name, value)
    return phrase


class Sentence(Translatable):
    """A template with its words.

    Attributes:
        template: in English; the key in a language file.
    """

    __slots__ = ("template", "words")
    template: str
    words: Mapping[str, str]

    def __new__(cls, template: str, words: Mapping[str, str] = NOTHING) -> Self:
        """Fill the template."""
        sentence = super().__new__(cls, _end_once(template.format_map(words)))
        sentence.template, sentence.words = template, words
        return sentence

    def translation(self, language: Language) -> str:
        template = language.sentence(self.template)
        words = {
            name: in_language(self.words[name], language)
            for name in placeholders(template)
        }
        return _end_once(template.format_map(words))


class Joined(Translatable):
    """Several texts in a row."""

    __slots__ = ("last", "parts", "separator")
    parts: tuple[str, ...]
    separator: str
    last: str

    def __new__(cls, parts: Iterable[str], separator: str, last: str = "") -> Self:
        """Join the parts; `last` is between the two last ones, if it differs."""
        texts = tuple(parts)
        *most, end = texts or ("",)
        text = f"{separator.join(most)}{last or separator}{end}" if most else end
        phrase = super().__new__(cls, text)
        phrase.parts, phrase.separator, phrase.last = (
            texts,
            separator,
            last or separator,
        )
        return phrase

    def translation(self, language: Language) -> str:
        words = [in_language(part, language) for part in self.parts]
        return _end_once(language.join(words, self.separator, self.last))


class Day(Translatable):
    """A day, as exactly as it is said."""

    __slots__ = ("day", "form")
    day: date
    form: DayForm

    def __new__(cls, day: date, form: DayForm) -> Self:
        """Write the day in English: `1 May 2026`, `1 May`, `May 2026` or `2026`."""
        month = MONTHS[day.month - 1]
        forms: Mapping[DayForm, str] = {
            "date": f"{day.day} {month} {day.year}",
            "near": f"{day.day} {month}",
            "month": f"{month} {day.year}",
            "year": str(day.year),
        }
        phrase = super().__new__(cls, forms[form])
        phrase.day, phrase.form = day, form
        return phrase

    def translation(self, language: Language) -> str:
        return language.day_text(self.day, self.form)


class Amount(Translatable):
    """A number with the symbol of its unit, which every language writes alike."""

    __slots__ = ("number", "symbol")
    number: str
    symbol: str

    def __new__(cls, number: str, symbol: str) -> Self:
        """Put the symbol behind the number, with the space that it brings."""
        phrase = super().__new__(cls, f"{number}{symbol}")
        phrase.number, phrase.symbol = number, symbol
        return phrase

    def translation(self, language: Language) -> str:
        return in_language(self.number, language) + self.symbol


class Changed(Translatable):
    """A text after a change that every language makes in the same way."""

    __slots__ = ("change", "text")
    text: str
    change: Callable[[str], str]

    def __new__(cls, text: str, change: Callable[[str], str]) -> Self:
        """Change the English text."""
        phrase = super().__new__(cls, change(str(text)))
        phrase.text, phrase.change = text, change
        return phrase

    def translation(self, language: Language) -> str:
        return self.change(in_language(self.text, language))


class WithoutBrackets(Translatable):
    """A text without its details in brackets."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        """Leave out what follows the first opening bracket."""
        phrase = super().__new__(cls, text.partition(" (")[0])
        phrase.text = text
        return phrase

    def translation(self, language: Language) -> str:
        return language.without_brackets(in_language(self.text, language))


class Part(Translatable):
    """The heading, or what follows it, of a text that has both."""

    __slots__ = ("place", "text")
    text: str
    place: Literal[0, 2]

    def __new__(cls, text: str, place: Literal[0, 2]) -> Self:
        """Take the part before (0) or behind (2) the first colon."""
        phrase = super().__new__(cls, text.partition(": ")[place])
        phrase.text, phrase.place = text, place
        return phrase

    def translation(self, language: Language) -> str:
        text = in_language(self.text, language)
        # Without the colon the line would be its heading alone.
        if ": " in self.text and ": " not in text:
            raise NotTranslated
        return text.partition(": ")[self.place]


class Verbatim(Translatable):
    """A name that no language changes, as the title of an order."""

    __slots__ = ()

    def translation(self, _: Language) -> str:
        return str(self)


class Otherwise(Translatable):
    """An English detail; other languages say something shorter if they lack it."""

    __slots__ = ("otherwise",)
    otherwise: str

    def __new__(cls, text: str, otherwise: str) -> Self:
        """Keep the text, and the shorter one for a language that lacks it."""
        phrase = super().__new__(cls, text)
        phrase.otherwise = otherwise
        return phrase

    def translation(self, language: Language) -> str:
        text = str(self) if language.has(str(self)) else self.otherwise
        return in_language(text, language)


def say(template: str, /, **words: str | int) -> Sentence:
    """Fill a template of ours: its English text is the key in language files."""
    filled = {
        name: word if isinstance(word, str) else str(word)
        for name, word in words.items()
    }
    return Sentence(template, filled)


def joined(parts: Iterable[str], separator: str = ", ") -> str:
    """Join these texts; one alone is itself, none is empty."""
    texts = tuple(part for part in parts if part)
    if len(texts) < 2:
        return texts[0] if texts else ""
    return Joined(texts, separator)


def in_brackets(fact: str, *details: str) -> str:
    """Write `sepsis (18 Nov)`; the fact alone if there is no detail."""
    joined_details = joined(details)
    if not joined_details:
        return fact
    return say("{fact} ({details})", fact=fact, details=joined_details)


def in_language(text: str, language: Language | None) -> str:
    """Say a text in this language; in English if it is None.

    Raises:
        NotTranslated: the language has no words for it.
    """
    if language is None:
        return str(text)
    if isinstance(text, Translatable):
        return text.translation(language)
    if not text or LEVELS.fullmatch(text):
        return text
    if NUMBER.fullmatch(text):
        return language.number_text(text)
    return language.sentence(text)


def placeholders(template: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _end_once(text: str) -> str:
    """Leave out the full stop behind a question, its bracket, or another one."""
    for double, single in DOUBLE_ENDS:
        text = text.replace(double, single)
    return TWO_STOPS.sub(".", text)
