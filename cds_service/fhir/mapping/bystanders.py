"""Knows what a brace does not depend on: codes, and words of orders.

The file is `mappings/bystanders.toml`.

The file names what has nothing to do with the spine's stability. What it does not name
may be a fusion, a tumour or a second fracture, in any language and any code system.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile
from cds_service.fhir.mapping.code_systems import CodeSystems
from cds_service.fhir.mapping.harmless_codes import (
    CodeRange,
    HarmlessCodes,
    load_harmless_codes,
)
from cds_service.fhir.mapping.language import Pattern
from cds_service.fhir.mapping.overlay import required
from cds_service.fhir.mapping.plain_patterns import PlainWords
from cds_service.fhir.mapping.text_rules import folded, folded_pattern

FILE = "bystanders.toml"
LONGEST_TEXT = (
    1000  # characters; a title has a line or two, and longer prose may be anything
)
Code = tuple[str, str]
Words = Mapping[str, tuple[Pattern, ...]]


class _Names(Closed):
    names: frozenset[str]


class _Codes(Closed):
    """Codes of one system by their beginning; `but` are left out of them."""

    system: str
    codes: tuple[str, ...]
    but: tuple[str, ...] = ()


class _Patterns(Closed):
    """Whole codes of one system, as regular expressions."""

    system: str
    codes: tuple[Pattern, ...]


class _Against(Closed):
    words: tuple[Pattern, ...] = Field(min_length=1)


class BystandersFile(DataFile):
    """`bystanders.toml`.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        problems: ranges of diagnoses, besides those of `harmless-codes.toml`.
        problem_concepts: concepts of diagnoses.
        spinal: the parts of all these ranges that touch the spine.
        fractures: the osteoporotic fracture when it is new.
        healed: the same at a later visit.
        acts: ranges of orders and procedures.
        act_concepts: concepts of orders.
        kinds: words that name such an order, by language.
        fillers: words next to them.
        augmentation: words of the augmentation itself.
        theatre: words of how, where and when it is done.
        against: words about the spine's stability.
    """

    reviewed: bool
    problems: tuple[CodeRange, ...]
    problem_concepts: _Names = Field(alias="problem-concepts")
    spinal: tuple[_Codes, ...]
    fractures: tuple[_Patterns, ...]
    healed: tuple[_Patterns, ...]
    acts: tuple[CodeRange, ...]
    act_concepts: _Names = Field(alias="act-concepts")
    kinds: Words
    fillers: Words
    augmentation: Words
    theatre: Words
    against: _Against


class Bystanders:
    """The codes and words of the file."""

    def __init__(
        self,
        content: BystandersFile,
        systems: CodeSystems,
        harmless: HarmlessCodes,
        plain: PlainWords,
    ) -> None:
        """Compile the file.

        Args:
            content: the file in force.
            systems: the code systems.
            harmless: the ranges of `harmless-codes.toml`.
            plain: the plain words of brace orders.
        """
        self._harmless, self._systems = harmless, systems
        self._problems = HarmlessCodes(content.problems, systems, FILE)
        spinal = (
            CodeRange(system=entry.system, why="", harmless=entry.codes, but=entry.but)
            for entry in content.spinal
        )
        self._spinal = HarmlessCodes(tuple(spinal), systems, FILE)
        self._acts = HarmlessCodes(content.acts, systems, FILE)
        self.problem_concepts = content.problem_concepts.names
        self.act_concepts = content.act_concepts.names
        self._fractures = _by_system(content.fractures)
        self._healed = _by_system(content.healed)
        kinds = _all_of(content.kinds)
        self._kinds = PlainWords(kinds, plain.durations)
        beside = (*_all_of(content.fillers), *plain.words)
        self._of_acts = PlainWords((*kinds, *beside), plain.durations)
        around = (*_all_of(content.theatre), *plain.words)
        self._of_theatre = PlainWords(around, plain.durations)
        own = _all_of(content.augmentation)
        self._of_augmentation = PlainWords((*own, *around), plain.durations)
        self._against = re.compile(
            "|".join(f"(?:{folded_pattern(word)})" for word in content.against.words)
        )

    def is_problem(self, system: str, code: str) -> bool:
        """Tell if a canonical code of a diagnosis has nothing to do with the spine."""
        return (
            self._harmless.holds(system, code) or self._problems.holds(system, code)
        ) and not self._spinal.may_hold(system, code)

    def is_act(self, system: str, code: str) -> bool:
        """Tell if a canonical code has nothing to do with the brace.

        The code is that of an order or a procedure.
        """
        return self._acts.holds(system, code)

    def is_fracture(self, system: str, code: str, *, is_old: bool = False) -> bool:
        """Tell if a canonical code is of the plain fracture.

        New, or if it is old, healing too.
        """
        rules = (self._fractures, self._healed) if is_old else (self._fractures,)
        return any(
            pattern.fullmatch(code)
            for by_system in rules
            for ancestor in self._systems.lineage(system)
            for pattern in by_system.get(ancestor, ())
        )

    def names_act(self, words: str) -> bool:
        """Tell if words name such an order, and nothing else."""
        return self.are_of_acts(words) and self._kinds.names_any(words)

    def are_of_acts(self, words: str) -> bool:
        """Tell if nothing is left of a text without the words of such orders."""
        return len(words) <= LONGEST_TEXT and self._of_acts.are_all(words)

    def are_of_augmentation(self, words: str) -> bool:
        """Tell if nothing is left of a text without the words of the augmentation."""
        return len(words) <= LONGEST_TEXT and self._of_augmentation.are_all(words)

    def are_of_theatre(self, words: str) -> bool:
        """Tell if words say no more than how and when an augmentation is done."""
        return len(words) <= LONGEST_TEXT and self._of_theatre.are_all(words)

    def is_against(self, words: str) -> bool:
        """Tell if words are about the spine's stability, or too long to be read."""
        return len(words) > LONGEST_TEXT or bool(self._against.search(folded(words)))


def _by_system(rules: Iterable[_Patterns]) -> Mapping[str, tuple[re.Pattern[str], ...]]:
    return {one.system: tuple(map(re.compile, one.codes)) for one in rules}


def _all_of(words: Words) -> tuple[str, ...]:
    return tuple(chain.from_iterable(words.values()))


def load_bystanders(
    folders: Sequence[Path], systems: CodeSystems, plain: PlainWords
) -> Bystanders:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    content = required(folders, FILE, BystandersFile)[1]
    harmless = load_harmless_codes(folders, systems)
    return Bystanders(content, systems, harmless, plain)
