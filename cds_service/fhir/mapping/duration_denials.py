"""Read that a brace has no end: `until further notice`, `permanently`."""

from collections.abc import Iterator

from cds_service.fhir.mapping.duration_parts import Mention
from cds_service.fhir.mapping.duration_words import DurationWords

_NEAR = 30  # characters before such words in which a `not` turns them round


def endless_in(
    text: str, start: int, end: int, words: DurationWords
) -> Iterator[Mention]:
    """Yield the words of one clause by which a brace has no end.

    Args:
        text: the whole text.
        start, end: place of the clause.
        words: the words of all languages.
    """
    clause = text[start:end]
    if words.names(clause, "loads") and not words.names(clause, "brace"):
        return
    for match in words.of_all["endless"].finditer(text, start, end):
        before = text[max(start, match.start() - _NEAR) : match.start()]
        # "Do not remove until further notice" denies the removal.
        if not _is_denied(before, words) or words.has(before, "stop", words.codes):
            yield Mention("endless", *match.span())
    for match in words.of_all["lasting"].finditer(text, start, end):
        before = text[max(start, match.start() - _NEAR) : match.start()]
        is_off = words.has(before, "stop", words.codes)
        if is_off == _is_denied(before, words):
            is_last = words.names(text[: match.start()], "step")
            is_own_end = is_last and not any(words.amounts(clause))
            yield Mention("endless" if is_own_end else "lasting", *match.span())


def _is_denied(before: str, words: DurationWords) -> bool:
    """Tell if words are denied, not twice as by "not without brace"."""
    return len(words.of_all["denial"].findall(before)) % 2 == 1
