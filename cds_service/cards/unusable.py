"""Values that the record has and that are not used: each is said by name, once, on the card where it is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cds_service.cards.answer import Answer
from cds_service.cards.texts import escape_markdown

# Reasons for which nothing was seen; for every other, a value is there.
NOT_THERE = ("absent", "undetermined")
NOT_READ = ("not-read",)
ANNOTATION = re.compile(r" \{(T-?[Ss]core|score)\}")  # a unit for machines, said by the finding's name


def unusable_names(answer: Answer) -> frozenset[str]:
    """Findings that are gaps although the record holds a value."""
    gaps = answer.findings.gaps
    seen = {name for name, gap in gaps.items() if gap.reason not in (*NOT_THERE, *NOT_READ)}
    return frozenset(seen | {one.name for one in answer.findings.passed_over if one.name in gaps})


def unusable_values(answer: Answer) -> tuple[str, ...]:
    """Values of findings that are gaps: why each of them is not used."""
    gaps = answer.findings.gaps.items()
    named = [(name, gap.detail) for name, gap in gaps if gap.reason not in (*NOT_THERE, *NOT_READ)]
    return _lines(answer, [*named, *_passed_over(answer, answer.findings.gaps)])


def passed_over_values(answer: Answer) -> tuple[str, ...]:
    """Values that were not used although their finding is known from another."""
    return _lines(answer, _passed_over(answer, answer.findings.known))


def _passed_over(answer: Answer, names: Iterable[str]) -> list[tuple[str, str]]:
    wanted = set(names)
    return [(one.name, one.detail) for one in answer.findings.passed_over if one.name in wanted]


def _lines(answer: Answer, said: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """One line for each reason, with all the names it is about."""
    names: dict[str, list[str]] = {}
    for name, detail in dict.fromkeys(said):
        names.setdefault(ANNOTATION.sub("", detail), []).append(answer.wording.name(name))
    return tuple(escape_markdown(f"{', '.join(about)}: {detail}") for detail, about in names.items())
