"""Tell by a value's name if it is the measure that its code says, by `names.toml`.

A name that says another measure is never a value. Neither is one with a word that is
not known: `walking backwards` and `fall height` have the names of the measure in them,
and no list of what is not meant would ever be whole.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from cds_service.core.data_file import Closed, DataFile
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords
from cds_service.fhir.mapping.texts.kept_texts import KEPT_TEXTS
from cds_service.fhir.mapping.texts.naming_rules import Phrases
from cds_service.fhir.mapping.texts.readable import Languages
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TITLE, without_accents

LONGEST_NAME = 2000  # characters
_NO_WORDS = re.compile(r"(?!)")
_SAYS = re.compile(r"[^\W\d_]|[%‰?!]")
_BORDER = re.compile(
    r"(?<=[0-9A-Za-z])(?=[\u3040-\u9fff])|(?<=[\u3040-\u9fff])(?=[0-9A-Za-z])|_"
)


class NameRule(Closed):
    """The names of one measure.

    Attributes:
        any: what it is called; None if it may be called anything else.
        other: words that make another measure of it.
        plain: words that may be next to its name. None if any may, but `other`.
    """

    any: Phrases | None = None
    other: Phrases = _NO_WORDS
    plain: tuple[Pattern, ...] | None = None


class NamesFile(DataFile):
    """`names.toml`.

    Attributes:
        reviewed: a reader of these languages, whom a site names, has read the file.
        letters: those of languages whose files in `texts/` state none, by language: a
            name in one of them has to be a name of the measure.
        neutral: words that name no measure.
        plain: words that may be next to the name of any measure.
        never: words that make any measure a goal, an ideal, a norm or the value of
            another person.
        names: rules by finding.
        parts: names of parts without a code, by the concept of their panel and their
            own.
    """

    reviewed: bool
    letters: Mapping[str, str] = {}
    neutral: Phrases
    never: Phrases = _NO_WORDS
    plain: tuple[Pattern, ...] = ()
    names: Mapping[str, NameRule]
    parts: Mapping[str, Mapping[str, Phrases]] = {}


class MeasureNames:
    """The names of measures; a finding without a rule may be called anything."""

    def __init__(
        self, path: Path, content: NamesFile, languages: Languages, named: Languages
    ) -> None:
        """Keep the rules.

        Args:
            path: the file, for messages.
            content: the file in force.
            languages: tells next to which names an unknown word says nothing.
            named: tells which names cannot be read at all, and so say nothing.
        """
        self._path, self._content = path, content
        self._languages, self._named = languages, named
        self._plain = {
            finding: PlainWords([*content.plain, *rule.plain], None)
            for finding, rule in content.names.items()
            if rule.plain is not None
        }
        self._title = lru_cache(KEPT_TEXTS)(self._is_another_title)
        self._understood = lru_cache(KEPT_TEXTS)(self._has_known_words)

    def check(self, findings: Iterable[str]) -> None:
        """Check that each rule is that of a finding.

        Raises:
            DataFileError: one is not.
        """
        known = frozenset(findings)
        if missing := next(
            (name for name in self._content.names if name not in known), None
        ):
            raise DataFileError(self._path.name, f"names.{missing}", "is not a finding")

    def is_another(self, finding: str, name: str, *, is_mapped: bool = False) -> bool:
        """Tell if a name is of another measure than this finding.

        Args:
            finding: name of the finding.
            name: a text or display of the value's code.
            is_mapped: the site has mapped the code itself, so only a word for another
                measure counts.
        """
        if finding not in self._content.names:
            return False
        if len(name) > LONGEST_NAME:  # the rest, which is not read, may name another
            return True
        look = self._title if len(name) <= LONGEST_TITLE else self._is_another_title
        return look(finding, name, is_mapped)

    def is_understood(self, finding: str, name: str) -> bool:
        """Tell if no word of a name is unknown; one in another language says nothing.

        Args:
            finding: name of the finding.
            name: a text or display of the value's code.
        """
        if finding not in self._plain:
            return True
        look = self._understood if len(name) <= LONGEST_TITLE else self._has_known_words
        return look(finding, name[:LONGEST_NAME])

    def part_of(self, panels: Iterable[str], names: Iterable[str]) -> str:
        """Return the concept of a part without a code, by its name in these panels.

        It is empty if the names fit no concept, or several.
        """
        called = {
            concept
            for panel in panels
            for concept, phrases in self._content.parts.get(panel, {}).items()
            for name in names
            if phrases.search(_plain(name[:LONGEST_NAME]))
            and not self.is_named_otherwise(concept, name)
        }
        return called.pop() if len(called) == 1 else ""

    def is_silent(self, name: str) -> bool:
        """Tell if a name names no measure at all: `left hand`, `result`."""
        return not LETTER.search(self._content.neutral.sub(" ", _plain(name)))

    def is_named_otherwise(self, finding: str, words: str) -> bool:
        """Tell if words, as in the name of a method, make it another measure."""
        rule, plain = self._content.names.get(finding), _plain(words[:LONGEST_NAME])
        return rule is not None and self._is_of_another(rule, plain)

    def _is_of_another(self, rule: NameRule, plain: str) -> bool:
        return bool(rule.other.search(plain) or self._content.never.search(plain))

    def _is_another_title(
        self,
        finding: str,
        name: str,
        is_mapped: bool,  # noqa: FBT001 - the arguments are the key of the cache
    ) -> bool:
        rule, plain = self._content.names[finding], _plain(name)
        if self._is_of_another(rule, plain):
            return True
        if is_mapped or rule.any is None or rule.any.search(plain):
            return False
        return not (self._named.is_foreign(name) or self.is_silent(name))

    def _has_known_words(self, finding: str, name: str) -> bool:
        rule, rest = self._content.names[finding], _plain(name)
        if rule.any is not None:
            rest = rule.any.sub(" ; ", rest)
        left = " ; ".join(self._plain[finding].left_in(rest))
        left = self._content.neutral.sub(" ", left)
        return not _SAYS.search(left) or self._languages.is_foreign(name)


def _plain(name: str) -> str:
    return _BORDER.sub(" ", without_accents(name))
