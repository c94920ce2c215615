"""Recognises measurement methods by the words in `mappings/methods.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from cds_service.core.data_file import label, read_toml, validated
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.overlay import top_files
from cds_service.fhir.mapping.text_rules import without_accents

FILE = "methods.toml"
# Chinese is written without spaces: `CT平扫` is two words.
_BETWEEN_SCRIPTS = re.compile(r"(?<=[0-9A-Za-z])(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[0-9A-Za-z])")


class _Phrases(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    any: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    """Phrases that name a method, and longer phrases that contain them but mean something else."""

    any: re.Pattern[str]
    unless: re.Pattern[str] | None

    def fits(self, words: str) -> bool:
        if self.unless is None or not self.any.search(words):
            return bool(self.any.search(words))
        return bool(self.any.search(self.unless.sub(" | ", words)))


class MethodWords:
    """Recognises measurement methods in words."""

    def __init__(self, rules: Mapping[str, _Rule]) -> None:
        self._rules = rules

    @property
    def names(self) -> frozenset[str]:
        """Every method in the file."""
        return frozenset(self._rules)

    def named(self, text: str, among: Sequence[str]) -> frozenset[str]:
        """The methods among these that a text names."""
        words = text if text.isascii() else _BETWEEN_SCRIPTS.sub(" ", without_accents(text))
        return frozenset([name for name in among if self._rules[name].fits(words)])


def load_method_words(folders: Sequence[Path]) -> MethodWords:
    """Load the rules in force.

    Raises:
        DataFileError: the file is wrong.
    """
    path = top_files(folders, FILE).get(FILE)
    if path is None:
        return MethodWords({})
    tables = {name: validated(_Phrases, table, path) for name, table in read_toml(path).items()}
    return MethodWords({name: _rule(name, phrases, path) for name, phrases in tables.items()})


def _rule(name: str, phrases: _Phrases, path: Path) -> _Rule:
    try:
        each = [
            re.compile("|".join(words), re.IGNORECASE) if words else None for words in (phrases.any, phrases.unless)
        ]
    except re.error as error:
        raise DataFileError(label(path), name, f"is no regular expression: {error}") from error
    assert each[0] is not None  # noqa: S101 - the schema asks for one phrase
    return _Rule(each[0], each[1])
