"""Read words about years, by the tables `years` of `mappings/texts/`."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from cds_service.fhir.mapping.files.language import Years, any_of

_YEAR = r"(?:19|20)\d\d\b"
# `March 2026`, `marzo de 2026`, `12 March 2026`, `March 12, 2026`
_MONTH = (
    r"(?<!\w)(?:\d{{1,2}}(?:\.|st|nd|rd|th|er)?\s(?:(?:de|of)\s)?)?(?:{})\.?"
    r"(?:\s\d{{1,2}}(?:st|nd|rd|th)?(?=,?\s\d))?"
    r",?\s?(?:(?:de|del|of)\s)?((?:19|20)\d\d)(?!\d)"
)


class YearWords:
    """The words of all languages; each pattern is compiled when it is first needed."""

    def __init__(
        self, tables: Iterable[Years], months: Iterable[Sequence[str]]
    ) -> None:
        """Keep the words.

        Args:
            tables: the words about years.
            months: the names of the months of each language, January first.
        """
        self._tables = tuple(tables)
        self._month_names = tuple(filter(None, months))

    def ago(self, text: str) -> list[int]:
        """List the numbers of years that a text gives as past: `10 years ago`."""
        return _counts(self._ago, text)

    def treated(self, text: str) -> list[int]:
        """List the years that a text counts from the treatment of a cancer."""
        return _counts(self._treated, text)

    def months(self, text: str) -> list[str]:
        """List the months that a text names with a year, as FHIR writes them."""
        return [
            f"{year}-{month:02d}"
            for month, pattern in self._months
            for year in pattern.findall(text)
        ]

    def without_months(self, text: str) -> str:
        """Leave out the months that a text names with a year."""
        for _, pattern in self._months:
            text = pattern.sub(" ", text)
        return text

    def is_of_childhood(self, text: str) -> bool:
        """Tell if a text names childhood."""
        return any(words.search(text) for words in self._childhood)

    def without_editions(self, text: str) -> str:
        """Leave out the years of editions, which date no event: `TNM 2009`."""
        return self._edition.sub(" ", text)

    @cached_property
    def _ago(self) -> tuple[re.Pattern[str], ...]:
        return _compiled(word for table in self._tables for word in table.ago)

    @cached_property
    def _treated(self) -> tuple[re.Pattern[str], ...]:
        return _compiled(word for table in self._tables for word in table.treated)

    @cached_property
    def _months(self) -> list[tuple[int, re.Pattern[str]]]:
        names_by_month = enumerate(zip(*self._month_names, strict=True), 1)
        return [
            (month, re.compile(_MONTH.format("|".join(names)), re.IGNORECASE))
            for month, names in names_by_month
        ]

    @cached_property
    def _childhood(self) -> tuple[re.Pattern[str], ...]:
        return _compiled(word for table in self._tables for word in table.childhood)

    @cached_property
    def _edition(self) -> re.Pattern[str]:
        before = any_of(self._tables, "edition_before")
        after = any_of(self._tables, "edition_after")
        return re.compile(
            rf"\b(?:{before})[\s:,(]*{_YEAR}|\b{_YEAR}(?=[\s)]*(?:{after}))",
            re.IGNORECASE,
        )


def _compiled(words: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(word, re.IGNORECASE) for word in dict.fromkeys(words))


def _counts(patterns: Iterable[re.Pattern[str]], text: str) -> list[int]:
    counts = [count for words in patterns for count in words.findall(text)]
    return [int(count) for count in counts if count.isdecimal()]
