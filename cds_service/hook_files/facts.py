"""Read what may lead a card, `facts/*.toml`."""

from collections.abc import Collection, Mapping, Sequence

from cds_service.core.facts.chart_facts import COMMON_WORDS
from cds_service.core.facts.chart_signals import WORDS
from cds_service.core.facts.fact_file import Condition, FactFile
from cds_service.core.words.phrases import placeholders
from cds_service.errors import DataFileError
from cds_service.hook_files.folders import (
    HookFolders,
    check_references,
    read_numbered,
    unknown_name,
    unknown_words,
)


def read_facts(folders: HookFolders) -> tuple[FactFile, ...]:
    """Read the fact files by rank, those of one rank by name."""
    facts = read_numbered(FactFile, folders, "facts")
    return tuple(sorted(facts, key=lambda fact: fact.rank))


def check_fact(fact: FactFile, names: Mapping[str, Collection[str]]) -> None:
    """Check that everything a fact names exists, and that its texts use known words.

    Args:
        fact: the file of a fact.
        names: the names that exist, by kind.
    """
    references: dict[str, tuple[str, Collection[str]]] = {
        "signal": ("signals", [fact.signal]),
        "closed-by": ("kinds of order", fact.closed_by),
        "guidelines": ("guidelines", fact.guidelines),
    }
    settles = [fact.settles_review] if fact.settles_review else []
    tables: dict[str, Sequence[Condition]] = {
        "phrases": fact.phrases,
        "lines": fact.lines,
        "settles-review": settles,
    }
    for table, conditions in tables.items():
        named = {
            "signal": ("signals", [name for one in conditions for name in one.signal]),
            "unless-signal": (
                "signals",
                [name for one in conditions for name in one.unless_signal],
            ),
            "fact": ("facts", [name for one in conditions for name in one.fact]),
            "unless-fact": (
                "facts",
                [name for one in conditions for name in one.unless_fact],
            ),
        }
        references |= {f"{table}.{key}": used for key, used in named.items()}
    file = fact.file
    check_references(file, references, names)
    _check_words(fact)
    for text in fact.texts:
        try:
            words = placeholders(text)
        except ValueError as error:
            raise DataFileError(file, "phrases", str(error)) from error
        known_words = {*COMMON_WORDS, *fact.words}
        # `{Drug}` begins a sentence with the word `drug`.
        unknown = {
            word
            for word in words
            if word[:1].lower() + word[1:] not in known_words
            and word not in names["facts"]
        }
        if unknown:
            raise DataFileError(file, "phrases", unknown_words(unknown, known_words))


def _check_words(fact: FactFile) -> None:
    """Check that a signal of the chart has the words that the fact lists."""
    if fact.signal not in WORDS:
        return
    _, has = WORDS[fact.signal]
    for word in fact.words:
        if word not in has:
            message = unknown_name(word, f"words of the signal {fact.signal}", has)
            raise DataFileError(fact.file, "words", message)
