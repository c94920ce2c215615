"""Recognise the titles of everyday orders, by `everyday-orders.toml`.

The file lists laboratory, nursing, diet, consultations and aids. An order with any
other title may tell of a tumour, or look for one.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.grave.grave_stems import GraveStems
from cds_service.fhir.mapping.harmless.bystander_rules import Bystanders
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords
from cds_service.fhir.mapping.plain.plain_words import PlainLists
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TITLE,
    folded,
    folded_pattern,
)

FILE = "everyday-orders.toml"
Words = Mapping[str, tuple[Pattern, ...]]


class _AnyLanguage(Closed):
    words: tuple[Pattern, ...] = Field(min_length=1)


class EverydayOrdersFile(DataFile):
    """`everyday-orders.toml`.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        kinds: words that name such an order, by language.
        fillers: words next to them.
        searches: words of an order that may look for a tumour or an infection.
        unsaid: kinds that do not say whom or what an order asks.
    """

    reviewed: bool
    kinds: Words
    fillers: Words
    searches: _AnyLanguage
    unsaid: _AnyLanguage


class EverydayOrders:
    """The words of the file, with those of bystanders and of plain reasons."""

    def __init__(
        self,
        content: EverydayOrdersFile,
        bystanders: Bystanders,
        lists: PlainLists,
        stems: GraveStems,
    ) -> None:
        """Compile the file."""
        self._stems = stems
        unsaid = {*content.unsaid.words}
        kinds = (*chain.from_iterable(content.kinds.values()), *bystanders.kinds)
        fillers = (*chain.from_iterable(content.fillers.values()), *bystanders.fillers)
        durations = lists.braces.durations
        said = tuple(word for word in kinds if word not in unsaid)
        self._kinds = PlainWords(kinds, durations)
        self._said = PlainWords(said, durations)
        words = (*kinds, *fillers)
        self._words = PlainWords(words, durations)
        self._with_reasons = PlainWords((*words, *lists.reasons.words), durations)
        self._bound = lists.bound
        self._searches = re.compile(
            "|".join(f"(?:{folded_pattern(word)})" for word in content.searches.words)
        )

    def may_search(self, words: str) -> bool:
        """Tell if the words of an order may look for a tumour or an infection."""
        if len(words) > LONGEST_TITLE or self._stems.are_in(words):
            return True
        return bool(self._searches.search(folded(words)))

    def is_unspecific(self, words: str) -> bool:
        """Tell if words name an order, but not whom or what it asks."""
        return self._kinds.names_any(words) and not self._said.names_any(words)

    def is_title(self, words: str) -> bool:
        """Tell if words name an order of everyday care, and all others are plain."""
        if self.may_search(words) or not self._said.names_any(words):
            return False
        # A word of a reason may cut a phrase in two, so both lists are tried.
        return self._words.are_all(words) or (
            self._with_reasons.are_all(words)
            and self._bound.are_explained(words, words, words)
        )


def load_everyday_orders(
    folders: Sequence[Path],
    bystanders: Bystanders,
    lists: PlainLists,
    stems: GraveStems,
) -> EverydayOrders:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    content = required(folders, FILE, EverydayOrdersFile)[1]
    return EverydayOrders(content, bystanders, lists, stems)
