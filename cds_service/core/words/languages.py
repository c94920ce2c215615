"""The languages of cards besides English: `hooks/languages/<code>.toml`.

A file pairs each English text of ours with its translation. If it lacks one that an
answer needs, the whole answer is in English.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Self

from pydantic import Field, PrivateAttr, model_validator

from cds_service.core.data_file import Approved, DataTable
from cds_service.core.words.phrases import DayForm, NotTranslated, placeholders

ENGLISH = "en"
JOINS = frozenset({", ", " and ", " or ", "; ", ". ", " "})
CODE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


class DayForms(DataTable):
    """The forms of days in writing, with {day}, {month} and {year}.

    Attributes:
        first: the {day} of the first of a month, if it is no plain 1: `1er`.
    """

    date: str
    near: str
    month: str
    year: str
    first: str = "1"


class LanguageFile(Approved):
    """One language.

    Attributes:
        language: BCP 47.
        name: what its speakers call it.
        reviewed: a clinician who speaks it has read it.
        months: twelve names, as days have them.
        decimal: the sign in front of decimals.
        brackets: what opens brackets.
        banned: what no text of this language may say, as patterns.
        joins: what is put between joined texts, by what English has there.
        sentences: by the English text. An empty one is not translated yet.
    """

    language: str = Field(pattern=CODE)
    name: str
    source: str
    reviewed: bool
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    decimal: str = Field(min_length=1, max_length=1)
    brackets: str = Field(min_length=1)
    days: DayForms
    banned: tuple[str, ...] = Field(min_length=1)
    joins: Mapping[str, str]
    sentences: Mapping[str, str]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if odd := sorted(JOINS ^ self.joins.keys()):
            fault = "lacks" if odd[0] in JOINS else "has, and no text needs,"
            raise ValueError(f"joins: {fault} {odd[0]!r}")
        for english, translation in self.sentences.items():
            own = placeholders(translation)
            if translation and (words := placeholders(english)) != own:
                raise ValueError(
                    f"{english!r}: the translation has other words in braces"
                    f" ({_in_braces(own)} in place of {_in_braces(words)})"
                )
            patterns = (
                banned
                for banned in self.banned
                if re.search(banned, translation, re.IGNORECASE)
            )
            if pattern := next(patterns, ""):
                raise ValueError(f"{translation!r}: has words that {pattern!r} bans")
        return self

    def has(self, template: str) -> bool:
        """Tell if it has a sentence for this English one."""
        return bool(self.sentences.get(template))

    def sentence(self, template: str) -> str:
        """Return the sentence for this English one.

        Raises:
            NotTranslated: there is none.
        """
        if not self.has(template):
            raise NotTranslated
        return self.sentences[template]

    def day_text(self, day: date, form: DayForm) -> str:
        """Write a day: `19. Nov 2026`."""
        month = self.months[day.month - 1]
        forms: Mapping[DayForm, str] = {
            "date": self.days.date,
            "near": self.days.near,
            "month": self.days.month,
            "year": self.days.year,
        }
        number = self.days.first if day.day == 1 else str(day.day)
        return forms[form].format(day=number, month=month, year=day.year)

    def number_text(self, number: str) -> str:
        """Write a number with the language's decimal sign."""
        return number.replace(".", self.decimal)

    def join(self, words: Iterable[str], separator: str, last: str) -> str:
        """Join words as English does with these separators.

        Raises:
            NotTranslated: the file has no such separator.
        """
        if not {separator, last} <= self.joins.keys():
            raise NotTranslated
        *most, end = words
        joined = self.joins[separator].join(most)
        return f"{joined}{self.joins[last]}{end}" if most else end

    def without_brackets(self, text: str) -> str:
        """Leave out what follows the first opening bracket."""
        return text.partition(self.brackets)[0]


def _in_braces(words: Iterable[str]) -> str:
    return ", ".join(f"{{{word}}}" for word in sorted(words)) or "none"


class UnfinishedLanguage(LanguageFile):
    """A language that is being written: English stands in for what it lacks.

    It notes each text that it lacks, for translators. No answer to an EHR is made with
    it.
    """

    _lacking: dict[str, None] = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, language: LanguageFile) -> "UnfinishedLanguage":
        """Take over what the language has."""
        fields = {name: getattr(language, name) for name in LanguageFile.model_fields}
        return cls.model_construct(**fields)

    @property
    def lacking(self) -> tuple[str, ...]:
        """List the texts that it was asked for in vain, each once."""
        return tuple(self._lacking)

    def sentence(self, template: str) -> str:
        if not self.has(template):
            self._lacking[template] = None
        return self.sentences.get(template) or template

    def join(self, words: Iterable[str], separator: str, last: str) -> str:
        self._lacking |= dict.fromkeys({separator, last} - self.joins.keys())
        *most, end = words
        joined = self.joins.get(separator, separator).join(most)
        return f"{joined}{self.joins.get(last, last)}{end}" if most else end
