"""Reads the words of a problem-list entry.

They state things, and they leave things in doubt.

One entry may hold several statements (`Diabetes. Verdacht auf Demenz`), a suspicion
(`Dementia?`), or a name and the denial of something else (`Bone metastases, no cord
compression`).
"""

import re
from collections.abc import Collection, Iterable
from itertools import islice
from typing import NamedTuple

from cds_service.fhir.mapping.clauses import statements
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import Place, folded

MOST_STATEMENTS = 20
# characters; in longer prose asides are not looked for, since each costs a search
LONGEST_STATEMENT = 500
DENIAL = frozenset({"denial"})  # words that deny: `no`, `without`, `kein`
# of `@` for a name, no more than that it is not so: `no @`, `@ ruled out`
WHOLE_DENIAL = frozenset({"whole-denial"})
_LETTER = re.compile(r"[^\W\d_]")


class Said(NamedTuple):
    """Concepts that an entry's words name.

    Attributes:
        stated: named without reserve.
        suspected: named as a suspicion.
        unclear: named, and something in the same statement is denied; what it denies is
            not clear.
    """

    stated: frozenset[str]
    suspected: frozenset[str]
    unclear: frozenset[str]


def in_doubt(concept: str) -> str:
    """The name of a concept that an entry's words leave in doubt: `diabetes?`."""
    return f"{concept}?"


def _asides(statement: str, terminology: Terminology) -> list[re.Match[str]]:
    """Where asides begin that deny something."""
    if len(statement) > LONGEST_STATEMENT:
        return []
    first = islice(terminology.aside.finditer(statement, 1), MOST_STATEMENTS)
    return [
        one
        for one in first
        if terminology.text_concepts(statement[one.end() :], DENIAL)
    ]


def _is_denied(statement: str, terminology: Terminology) -> bool:
    """Whether a statement denies all that it names.

    `no known diabetes`, `diabetes: ruled out`
    """
    return _denies(statement, terminology.text_places(statement).values(), terminology)


def _denies(
    statement: str, places: Collection[Place], terminology: Terminology
) -> bool:
    """Whether a statement only denies what it names at these places."""
    if not places or len(statement) > LONGEST_STATEMENT:
        return False
    start, end = min(start for start, _ in places), max(end for _, end in places)
    is_one = not terminology.several.search(statement, start, end)
    rest = f"{statement[:start]}@{statement[end:]}"
    return is_one and bool(terminology.text_concepts(rest, WHOLE_DENIAL))


def is_denial(words: str, terminology: Terminology) -> bool:
    """Whether a text is one statement that denies all that it names.

    It must say nothing else: `no known diabetes`.
    """
    text = folded(words)
    if len(text) > LONGEST_STATEMENT or len(statements(text)) > 1:
        return False
    places = (
        *terminology.text_places(text).values(),
        *terminology.ruled_out_places(text).values(),
    )
    return _denies(text, places, terminology)


def read_problem_words(
    coded: frozenset[str], texts: Iterable[str], terminology: Terminology
) -> Said:
    """Read the texts and displays of one entry together.

    A text that says no more than `suspected` holds for all.

    Args:
        coded: the concepts of its codes.
        texts: its texts and displays.
        terminology: the service's terminology.
    """
    stated: set[str] = set()
    suspected: set[str] = set()
    unclear: set[str] = set()
    is_suspicion = False
    for text in map(folded, texts):
        parts = statements(text)
        for statement in parts[:MOST_STATEMENTS]:
            plain = terminology.without_suspicion(statement)
            named = terminology.text_concepts(plain)
            if (
                coded - named
                and len(statement) <= LONGEST_STATEMENT
                and terminology.text_concepts(statement, DENIAL)
            ):
                # the words are against the code
                suspected |= coded & terminology.ruled_out(statement)
            if plain == statement and _is_denied(statement, terminology):
                suspected |= named & coded
            elif plain != statement:
                suspected |= named
                is_suspicion |= not _LETTER.search(plain)
            else:
                stated |= named
                begun = [
                    statement[: one.start()] for one in _asides(statement, terminology)
                ]
                unclear.update(*map(terminology.text_concepts, begun))
        if len(parts) > 1:  # a full stop may be that of an abbreviation
            whole = terminology.without_suspicion(text)
            (stated if whole == text else suspected).update(
                terminology.text_concepts(whole) - stated
            )
    if is_suspicion:
        suspected |= stated | coded
    return Said(
        frozenset(stated - suspected),
        frozenset(suspected),
        frozenset(unclear - stated - suspected),
    )
