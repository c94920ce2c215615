"""Recognise by rules what a text names: ways of measuring, kinds of entries.

The rules of `methods.toml` are those of measuring. Those of `kinds/` say which one an
entry is of: the organ of a cancer, an order that is cancelled, the end of a brace.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, RootModel, model_validator

from cds_service.core.data_file import Closed, label, read_toml, validated
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.language import in_one_row
from cds_service.fhir.mapping.files.overlay import (
    file_in_force,
    files_in_force,
    missing_tables,
)
from cds_service.fhir.mapping.texts.kept_texts import kept
from cds_service.fhir.mapping.texts.text_rules import without_accents
from cds_service.outgoing.deadline import check_time

# Chinese is written without spaces: `CT平扫` is two words.
_BETWEEN_SCRIPTS = re.compile(
    r"(?<=[0-9A-Za-z])(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[0-9A-Za-z])"
)

WHOLE_LINE = ".*"
_PART_NAMED = re.compile(r"\(\?&([a-z-]+)\)")
# A file and a folder of `mappings/`.
METHODS, KINDS = "methods.toml", "kinds"


def _one_pattern(words: list[str]) -> re.Pattern[str]:
    try:
        return re.compile("|".join(map(in_one_row, words)), re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error


def _bound_pattern(words: list[str]) -> re.Pattern[str]:
    """Bind what takes in a whole line to its start, and try it before the others.

    Elsewhere `.*` would look over the rest of the line again from each character.
    """
    words = [in_one_row(one) for one in words]
    lines = [f"(?m:^){one}" for one in words if one.startswith(WHOLE_LINE)]
    return _one_pattern([*lines, *(o for o in words if not o.startswith(WHOLE_LINE))])


Phrases = Annotated[re.Pattern[str], BeforeValidator(_one_pattern)]
BoundPhrases = Annotated[re.Pattern[str], BeforeValidator(_bound_pattern)]


def _are_texts(phrases: Any) -> bool:
    return isinstance(phrases, list) and all(isinstance(one, str) for one in phrases)


class _NamingRule(Closed):
    """A rule for one thing that a text may name.

    Attributes:
        any: phrases that name it.
        unless: longer phrases that contain one of them but mean something else;
            `.*….*` is of the whole line.
        parts: what several phrases share, by the name that stands for it: `(?&level)`.
    """

    any: Phrases
    unless: BoundPhrases | None = None
    parts: Mapping[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _with_parts(cls, table: Any) -> Any:
        """Write its parts into the phrases; one that has no such name stays."""
        parts = table.get("parts") if isinstance(table, dict) else None
        if not isinstance(parts, dict):
            return table

        def written(name: re.Match[str]) -> str:
            part = parts.get(name[1])
            return f"(?:{in_one_row(part)})" if isinstance(part, str) else name[0]

        return {
            key: [_PART_NAMED.sub(written, in_one_row(one)) for one in phrases]
            if key in ("any", "unless") and _are_texts(phrases)
            else phrases
            for key, phrases in table.items()
        }

    def without(self, words: str) -> str:
        """Leave its phrases out."""
        return self.any.sub(" ", words)

    def fits(self, words: str) -> bool:
        match = self.any.search(words)
        if match and self.unless is not None:
            match = self.any.search(self.unless.sub(" | ", words))
        return bool(match)


class NamingRules(RootModel[dict[str, _NamingRule]]):
    """The rules of a file or a folder, by name."""

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the rules."""
        return frozenset(self.root)

    @cached_property
    def _kept_named(self) -> Callable[[str, tuple[str, ...]], frozenset[str]]:
        return kept(self._named)

    def without(self, text: str, name: str) -> str:
        """Leave the phrases of one rule out of a text."""
        check_time()
        return self.root[name].without(without_accents(text))

    def pieces(self, text: str, name: str) -> list[str]:
        """Cut a text at the phrases of one rule."""
        check_time()
        return self.root[name].any.split(without_accents(text))

    def named(self, text: str, among: tuple[str, ...]) -> frozenset[str]:
        """Return the rules among these whose thing a text names.

        Raises:
            DeadlinePassed: the answer has no time left.
        """
        return self._kept_named(text, among)

    def _named(self, text: str, among: tuple[str, ...]) -> frozenset[str]:
        check_time()
        words = without_accents(text)
        if not words.isascii():
            words = _BETWEEN_SCRIPTS.sub(" ", words)
        return frozenset([name for name in among if self.root[name].fits(words)])


def load_naming_rules(folders: Sequence[Path], place: str) -> NamingRules:
    """Load the rules in force of a file, or of all files of a folder.

    Args:
        folders: `mappings/`, and the overlays that lie over it.
        place: a file, `methods.toml`, or a folder, `kinds`.

    Raises:
        DataFileError: a file is missing or wrong, or has a rule that another one has
            too; or a site's files lack one that ours have, for which an answer would
            ask.
    """
    paths = _in_force(folders, place)
    rules: dict[str, _NamingRule] = {}
    for path in paths.values():
        read = _read_rules(path)
        if twice := sorted(rules.keys() & read):
            raise DataFileError(label(path), twice[0], "is in another file too")
        rules |= read
    for name, path in _in_force(folders[:1], place).items():
        if paths[name] != path and (
            lacking := sorted(_read_rules(path).keys() - rules.keys())
        ):
            raise missing_tables(paths[name], lacking)
    return NamingRules(rules)


def _in_force(folders: Sequence[Path], place: str) -> Mapping[str, Path]:
    """Return the files in force by name."""
    if not place.endswith(".toml"):
        return files_in_force(folders, place, ".toml")
    path = file_in_force(folders, place)
    if path is None:
        raise DataFileError(place, "", "is missing")
    return {place: path}


def _read_rules(path: Path) -> dict[str, _NamingRule]:
    return validated(NamingRules, read_toml(path), path).root
