"""Recognise procedures that are for no tumour and no kidneys, by `harmless-acts.toml`.

A code in no value set may be harmless, or a chemotherapy, a transplant or a dialysis
that no list holds. So the file names what is harmless.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field

from cds_service.core.data_file import Closed, DataFile
from cds_service.fhir.mapping.codes.code_systems import CPT, CodeSystems
from cds_service.fhir.mapping.codes.harmless_codes import CodeRange, HarmlessCodes
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.harmless.harmless import NAME_ENDS
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords, whole_word
from cds_service.fhir.mapping.texts.kept_texts import kept
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE, folded

FILE = "harmless-acts.toml"
_TAG = re.compile(r"\s*\((?:procedure|regime/therapy)\)\s*$")


class _Patterns(Closed):
    """Whole codes of one system, as regular expressions."""

    system: str
    why: str
    codes: tuple[Pattern, ...]


class _Asides(Closed):
    words: tuple[Pattern, ...] = Field(min_length=1)


class _Operations(Closed):
    """Words of ordinary operations of one part of the body.

    Attributes:
        why: what they are, for those who review the file.
        parts: what is operated on.
        acts: what is done there.
        whole: words that say both.
    """

    why: str
    parts: tuple[Pattern, ...] = Field(min_length=1)
    acts: tuple[Pattern, ...] = Field(min_length=1)
    whole: tuple[Pattern, ...] = Field(min_length=1)


class HarmlessActsFile(DataFile):
    """`harmless-acts.toml`.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        ranges: codes of procedures.
        patterns: others, by their whole form.
        asides: words that an operation may have next to it: a side, a year.
        operations: words of ordinary operations, by the part of the body.
        titles: names of procedures, by language.
    """

    reviewed: bool
    ranges: tuple[CodeRange, ...]
    patterns: tuple[_Patterns, ...] = ()
    asides: _Asides
    operations: tuple[_Operations, ...] = Field(min_length=1)
    titles: Mapping[str, tuple[str, ...]]


class _Operation:
    """The words of one part of the body, compiled."""

    def __init__(self, words: _Operations, asides: Sequence[str]) -> None:
        every = (*words.parts, *words.acts, *words.whole, *asides)
        self._words = PlainWords(every, None)
        self._parts, self._acts = whole_word(words.parts), whole_word(words.acts)
        self._whole = whole_word(words.whole)

    def is_named(self, words: str) -> bool:
        """Tell if a folded text has no other words, and names an operation."""
        has_both = self._parts.search(words) and self._acts.search(words)
        is_named = has_both or self._whole.search(words)
        return bool(is_named) and self._words.are_all(words, has_lengths=False)


class HarmlessActs:
    """The codes and names of the file."""

    def __init__(self, content: HarmlessActsFile, systems: CodeSystems) -> None:
        """Index the file.

        Raises:
            DataFileError: a system is not in `systems.toml`, or a range is not valid.
        """
        self._systems = systems
        self._ranges = HarmlessCodes(content.ranges, systems, FILE)
        self._patterns = [
            (pattern.system, [re.compile(code) for code in pattern.codes])
            for pattern in content.patterns
        ]
        self._titles = {
            _plain(title) for titles in content.titles.values() for title in titles
        }
        asides = content.asides.words
        self._operations = [_Operation(one, asides) for one in content.operations]
        # The titles of a hospital recur all day.
        self._kept_is_operation = kept(self._look_is_operation)

    def holds(self, system: str, code: str) -> bool:
        """Tell if a code, as written, is that of a harmless procedure."""
        uri, canonical = self._systems.normalise(system, code)
        for pattern_system, patterns in self._patterns:
            if pattern_system == uri and any(
                pattern.fullmatch(canonical) for pattern in patterns
            ):
                return True
        # A CPT code that ends with a letter is of another category: no range holds it.
        may_be_in_range = uri != CPT or canonical.isdigit()
        return may_be_in_range and self._ranges.holds(uri, canonical)

    def is_title(self, words: str) -> bool:
        """Tell if words are the name of a harmless procedure."""
        return len(words) <= LONGEST_TITLE and _plain(words) in self._titles

    def is_operation(self, words: str) -> bool:
        """Tell if words name an ordinary operation, which leaves the spine alone.

        It is one by the part of the body, and nothing else is said of it than the side,
        the year or how it was done.
        """
        return len(words) <= LONGEST_TITLE and self._kept_is_operation(words)

    def _look_is_operation(self, words: str) -> bool:
        plain = _plain(words)
        return any(one.is_named(plain) for one in self._operations)


def _plain(words: str) -> str:
    """Return a name in lower case, without accents, tag and the signs around it."""
    return NAME_ENDS.sub("", _TAG.sub("", folded(words)))


def load_harmless_acts(folders: Sequence[Path], systems: CodeSystems) -> HarmlessActs:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    return HarmlessActs(required(folders, FILE, HarmlessActsFile)[1], systems)
