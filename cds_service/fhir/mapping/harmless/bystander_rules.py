"""Recognise codes and orders that a brace does not depend on, by `bystanders.toml`.

The file lists what has nothing to do with the spine's stability. Anything else may be a
fusion, a tumour or a second fracture, in any language and any code system.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile
from cds_service.fhir.mapping.codes.code_systems import CodeSystems
from cds_service.fhir.mapping.codes.harmless_codes import (
    CodeRange,
    HarmlessCodes,
    load_harmless_codes,
)
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords
from cds_service.fhir.mapping.texts.text_rules import folded, folded_pattern

FILE = "bystanders.toml"
# Characters. A title has a line or two; longer prose may say anything.
LONGEST_TEXT = 1000
Words = Mapping[str, tuple[Pattern, ...]]


class _Names(Closed):
    names: frozenset[str]


class _Codes(Closed):
    """Codes of one system by their beginning, without those of `but`."""

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
        spinal: codes in any of these ranges that concern the spine: no bystanders.
        fractures: codes of a new osteoporotic fracture.
        healed: codes of the same fracture at a later visit.
        acts: ranges of orders and procedures.
        act_concepts: concepts of orders.
        kinds: words that name such an order, by language.
        fillers: words next to them.
        augmentation: words for the augmentation itself.
        theatre: words for how, where and when it is done.
        against: words about the spine's stability, which no bystander has.
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
    """The codes and words of the file.

    Attributes:
        kinds: words that name an order that a brace does not depend on.
        fillers: words next to them.
    """

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
        self.kinds = _all_of(content.kinds)
        self._kinds = PlainWords(self.kinds, plain.durations)
        self.fillers = (*_all_of(content.fillers), *plain.words)
        self._of_acts = PlainWords((*self.kinds, *self.fillers), plain.durations)
        theatre = (*_all_of(content.theatre), *plain.words)
        self._of_theatre = PlainWords(theatre, plain.durations)
        augmentation = _all_of(content.augmentation)
        self._of_augmentation = PlainWords((*augmentation, *theatre), plain.durations)
        self._against = re.compile(
            "|".join(f"(?:{folded_pattern(word)})" for word in content.against.words)
        )

    def is_problem(self, system: str, code: str) -> bool:
        """Tell if a canonical code of a diagnosis has nothing to do with the spine."""
        if self._spinal.may_hold(system, code):
            return False
        return self._harmless.holds(system, code) or self._problems.holds(system, code)

    def is_act(self, system: str, code: str) -> bool:
        """Tell if a brace does not depend on an order or procedure of this code."""
        return self._acts.holds(system, code)

    def is_fracture(self, system: str, code: str, *, is_old: bool = False) -> bool:
        """Tell if a canonical code is of an osteoporotic fracture and nothing else.

        Args:
            is_old: the fracture is an old one, so codes of later visits count too.
        """
        rules = (self._fractures, self._healed) if is_old else (self._fractures,)
        return any(
            pattern.fullmatch(code)
            for by_system in rules
            for ancestor in self._systems.lineage(system)
            for pattern in by_system.get(ancestor, ())
        )

    def names_act(self, words: str) -> bool:
        """Tell if words name an order that a brace does not depend on, and no more."""
        return self.are_of_acts(words) and self._kinds.names_any(words)

    def are_of_acts(self, words: str) -> bool:
        """Tell if a text consists of words of such orders, plain words and lengths."""
        return len(words) <= LONGEST_TEXT and self._of_acts.are_all(words)

    def are_of_augmentation(self, words: str) -> bool:
        """Tell if a text says no more than an augmentation, and how it is done."""
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
