"""Read words about years, by the tables `years` of `mappings/texts/`."""

import re
from collections.abc import Iterable
from functools import cached_property

from cds_service.fhir.mapping.language import Years, any_of

_YEAR = r"(?:19|20)\d\d\b"


class YearWords:
    """The words of all languages; each pattern is compiled when it is first asked."""

    def __init__(self, tables: Iterable[Years]) -> None:
        """Keep the words."""
        self._tables = tuple(tables)

    def ago(self, text: str) -> list[int]:
        """List the numbers of years that a text gives as past: `10 years ago`."""
        counts = [count for words in self._ago for count in words.findall(text)]
        return [int(count) for count in counts if count.isdecimal()]

    def is_of_childhood(self, text: str) -> bool:
        """Tell if a text names childhood."""
        return any(words.search(text) for words in self._childhood)

    def without_editions(self, text: str) -> str:
        """Leave out the years of editions, which date no event: `TNM 2009`."""
        return self._edition.sub(" ", text)

    @cached_property
    def _ago(self) -> tuple[re.Pattern[str], ...]:
        words = dict.fromkeys(word for table in self._tables for word in table.ago)
        return tuple(re.compile(word, re.IGNORECASE) for word in words)

    @cached_property
    def _childhood(self) -> tuple[re.Pattern[str], ...]:
        words = [word for table in self._tables for word in table.childhood]
        return tuple(re.compile(word, re.IGNORECASE) for word in words)

    @cached_property
    def _edition(self) -> re.Pattern[str]:
        before = any_of(self._tables, "edition_before")
        after = any_of(self._tables, "edition_after")
        return re.compile(
            rf"\b(?:{before})[\s:,(]*{_YEAR}|\b{_YEAR}(?=[\s)]*(?:{after}))",
            re.IGNORECASE,
        )
