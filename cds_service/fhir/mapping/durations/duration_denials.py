"""Read that a brace has no end: `until further notice`, `permanently`."""

from collections.abc import Iterator

from cds_service.fhir.mapping.durations.duration_parts import Mention
from cds_service.fhir.mapping.durations.duration_words import WORD, DurationWords

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
    """Tell if words are denied, not twice as by "not without brace".

    "Without shoulder straps permanently" denies the straps, and "no pain, lifelong" the
    pain.
    """
    denials = [*words.of_all["denial"].finditer(before)]
    count, end = 0, len(before)
    for denial in reversed(denials):
        count += not _is_of_another(denial[0], before[denial.end() : end], words)
        end = denial.start()
    return count % 2 == 1


def _is_of_another(denial: str, denied: str, words: DurationWords) -> bool:
    """Tell if a denial is of what comes between it and the words of no end."""
    if words.names(denied, "complaints"):
        return True
    is_without = words.of_all["without"].fullmatch(denial) is not None
    has_object = WORD.search(denied) and not words.names(denied, "brace")
    return bool(is_without and has_object)
