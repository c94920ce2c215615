"""Reads what the words of an entry state, and what they leave in doubt.

One entry may hold several statements (`Diabetes. Verdacht auf Demenz`), a suspicion
(`Dementia?`), or a name and the denial of something else (`Bone metastases, no cord
compression`). A report is prose, and answers what it was asked.
"""

from collections.abc import Iterable
from typing import NamedTuple

from cds_service.fhir.mapping.clauses import LONGEST_STATEMENT, Clause, sentences
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT, folded

MOST_STATEMENTS = 20
# Reports are prose: what one sentence denies, the next one may find.
MOST_SENTENCES = 100
MOST_PARTS = 5  # of a sentence
CONTRAST = frozenset({"contrast"})
TURNED = frozenset({"turned-denial"})  # `no change of`, `not excluded`


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


def is_denial(words: str, terminology: Terminology) -> bool:
    """Whether a text is one statement that denies all that it names.

    It must say nothing else: `no known diabetes`.
    """
    parts = terminology.clauses.read(words)
    return len(parts) == 1 and parts[0].is_only_denial


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
    for text in texts:
        parts = terminology.clauses.read(text)
        for clause in parts[:MOST_STATEMENTS]:
            suspected |= _against_code(clause, coded)
            if clause.is_suspected:
                suspected |= clause.named
                is_suspicion |= clause.is_suspicion_alone
            elif clause.is_denied:
                suspected |= clause.named & coded
            else:
                stated |= clause.named
                unclear |= clause.before_denial
        if len(parts) > 1:  # a full stop may be that of an abbreviation
            whole = terminology.clauses.whole(text)
            (suspected if whole.is_suspected else stated).update(whole.named - stated)
    if is_suspicion:
        suspected |= stated | coded
    return Said(
        frozenset(stated - suspected),
        frozenset(suspected),
        frozenset(unclear - stated - suspected),
    )


def _against_code(clause: Clause, coded: frozenset[str]) -> frozenset[str]:
    """The concepts of the entry's code that these words deny."""
    if not coded - clause.named or len(clause.text) > LONGEST_STATEMENT:
        return frozenset()
    if clause.denies_at is None:
        return frozenset()
    return coded & clause.ruled_out.keys()


def named_in(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """What prose names and does not deny, sentence by sentence."""
    prose = "\n".join(words)[:LONGEST_TEXT]  # of a long report, its beginning
    parts = [
        part
        for one in sentences(prose)[:MOST_SENTENCES]
        for part in _parts(one, terminology)
    ]
    said = [_read(one, terminology) for one in parts]
    stated = frozenset[str]().union(*(one.stated for one in said))
    # A report repeats what it was asked, `rule out metastasis`, and answers it.
    answered = frozenset[str]().union(*(one.denied for one in said))
    suspected = frozenset[str]().union(*(one.suspected for one in said))
    return stated | (suspected - answered)


def _parts(sentence: str, terminology: Terminology) -> list[str]:
    """Cut a sentence where a denial ends: `no fracture, but metastases`."""
    found: list[str] = []
    rest = folded(sentence)
    while len(found) < MOST_PARTS:
        place = terminology.text_places(rest, CONTRAST).get("contrast")
        if place is None:
            break
        found.append(rest[: place[0]])
        rest = rest[place[1] :]
    return [*found, rest] if found else [sentence]


class _Sentence(NamedTuple):
    """What a sentence names without reserve, as a suspicion, and to deny it."""

    stated: frozenset[str]
    suspected: frozenset[str]
    denied: frozenset[str]


def _read(sentence: str, terminology: Terminology) -> _Sentence:
    """Read a sentence; before its denial it states: `discitis, no abscess`."""
    said = read_problem_words(frozenset(), [sentence], terminology)
    stated, named = said.stated | said.unclear, frozenset[str]().union(*said)
    whole = terminology.clauses.whole(sentence)
    if terminology.text_concepts(sentence, TURNED):
        return _Sentence(named | whole.ruled_out.keys(), said.suspected, frozenset())
    if not named:
        return _Sentence(stated, said.suspected, frozenset())
    denies_at = whole.denies_at
    if denies_at is None and not is_denial(sentence, terminology):
        return _Sentence(stated, said.suspected, frozenset())
    before = folded(sentence)[: denies_at or 0]
    asserted = frozenset[str]().union(
        *read_problem_words(frozenset(), [before], terminology)
    )
    denied = (named - asserted) | whole.ruled_out.keys()
    return _Sentence(stated & asserted, said.suspected & asserted, denied)
