"""Tell which deficits words call old wherever they name them.

"L1 fracture, old foot drop" says that the foot drop is not of these days (fact F5).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from cds_service.fhir.entries.words.own_words import (
    dating_parts,
    from_name_on,
    is_called_new,
    is_worsening_alone,
    kinds_alone,
    parts_of,
    without_names,
    without_neighbours,
)
from cds_service.fhir.entries.words.past_by_words import BACK_OR_WORSE, PAST_BY_WORDS
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.site_calendar import WRITTEN_YEAR, is_dated_years_ago

DEFICITS = frozenset({"neurological-deficit", "leg-weakness"})
# Of last year's deficit nobody knows if it is of last month.
YEARS_OF_DEFICIT = 2
# Deficits, and what else fails with them.
ALL_DEFICITS = DEFICITS | {
    "spinal-cord-disease",
    "sphincter-trouble",
    "paralysis-elsewhere",
}
# Rules of `kinds/`: for the words of an order, and for a title of the record.
LASTING = ("long-standing", *PAST_BY_WORDS)
UNCHANGED = ("over-or-unchanged",)
LASTING_ON_RECORD = ("long-standing", "history")
LASTING_OR_PAST = ("long-standing", "history", "past-in-reason")


def old_deficits(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return the deficits that these words call old in each part that names them.

    Args:
        words: reasons, titles and notes of an order.
        terminology: the service's terminology.
    """
    old, present = set[str](), set[str]()
    for sentence in sentences_once(words):
        parts = parts_of(sentence)
        is_worse = _are_worse(parts, terminology)
        told = terminology.text_concepts(sentence, DEFICITS)
        for at, part in enumerate(parts):
            named = terminology.text_concepts(part, DEFICITS)
            dated = ", ".join([part, *dating_parts(parts, at, terminology)])
            is_old = not is_worse and is_called_old(dated, terminology)
            (old if is_old else present).update(named)
            told -= named
        # A name that runs over several parts is dated by none of them.
        present |= told
    return frozenset(old - present)


def are_old_alone(titles: Iterable[str], terminology: Terminology) -> bool:
    """Tell if titles name deficits, and each of them as an old one.

    What is also called new or worse is not old: "acute on chronic leg weakness".

    Args:
        titles: of a diagnosis, or the sentences of a report.
        terminology: the service's terminology.
    """
    rows = [*map(parts_of, titles)]
    if any(_are_worse(parts, terminology) for parts in rows):
        return False
    calls = [call for parts in rows for call in _calls_of_deficits(parts, terminology)]
    return bool(calls) and all(calls)


def _calls_of_deficits(
    parts: Sequence[str], terminology: Terminology
) -> Iterator[bool]:
    """Tell of each part that names a deficit if it, or one that dates it, calls it old.

    "Foot drop, old" does; "foot drop, fracture of L1, old" is of an old fracture.
    """
    is_deficit = partial(_is_any_deficit, terminology=terminology)
    for at, part in enumerate(parts):
        if not is_deficit(part):
            continue
        own = without_neighbours(part, is_deficit, LASTING_ON_RECORD, terminology)
        is_old = terminology.kinds.named(own, LASTING_ON_RECORD) or any(
            kinds_alone(one, LASTING_ON_RECORD, terminology)
            for one in dating_parts(parts, at, terminology)
        )
        yield bool(is_old) and not is_called_new(own, terminology)


def _is_any_deficit(part: str, terminology: Terminology) -> bool:
    is_plain = terminology.grave_stems.deficits.are_in(part)
    return is_plain or not ALL_DEFICITS.isdisjoint(terminology.text_concepts(part))


def _are_worse(parts: Iterable[str], terminology: Terminology) -> bool:
    return any(
        is_worsening_alone(part, terminology)
        or terminology.kinds.named(part, BACK_OR_WORSE)
        for part in parts
    )


def named_deficits(words: Iterable[str], terminology: Terminology) -> frozenset[str]:
    """Return the deficits that words name."""
    named = (terminology.text_concepts(one, DEFICITS) for one in words)
    return frozenset[str]().union(*named)


def is_told_as_lost(words: str, terminology: Terminology) -> bool:
    """Tell if words say in plain speech that a deficit is there now: "cannot walk"."""
    deficits = terminology.grave_stems.deficits
    return deficits.tells_of_loss(words) and not _are_losses_old(words, terminology)


def _are_losses_old(words: str, terminology: Terminology) -> bool:
    """Tell if words call old each loss that they tell of.

    "Known osteoporosis, cannot lift the foot" calls none old.
    """
    calls = [
        call
        for sentence in sentences_once([words])
        for call in _calls_of_losses(parts_of(sentence), terminology)
    ]
    # A loss may be told over several parts.
    return all(calls) if calls else is_called_old(words, terminology)


def _calls_of_losses(parts: Sequence[str], terminology: Terminology) -> Iterator[bool]:
    """Tell of each part that tells of a loss if it, or one next to it, calls it old."""
    is_worse = _are_worse(parts, terminology)
    for at, part in enumerate(parts):
        if not terminology.grave_stems.deficits.are_in(part):
            continue
        dated = ", ".join([part, *dating_parts(parts, at, terminology)])
        yield not is_worse and is_called_old(dated, terminology)


def is_called_old(part: str, terminology: Terminology) -> bool:
    """Tell if a part of a text calls the deficit that it names old, and not new."""
    names_deficit = partial(_is_any_deficit, terminology=terminology)
    own = without_neighbours(part, names_deficit, LASTING, terminology)
    if WRITTEN_YEAR.search(own):
        own = from_name_on(own, names_deficit, terminology)
    return not is_called_new(own, terminology) and _is_old(own, terminology)


def is_lasting_deficit(part: str, terminology: Terminology) -> bool:
    """Tell if a word of a part calls old or past the deficit that the part names."""
    names_deficit = partial(_is_any_deficit, terminology=terminology)
    own = without_neighbours(part, names_deficit, LASTING_OR_PAST, terminology)
    return bool(terminology.kinds.named(own, LASTING_OR_PAST))


def _is_old(words: str, terminology: Terminology) -> bool:
    """Tell if the years of words are old; if they name none, if a word says so."""
    if WRITTEN_YEAR.search(words):
        return is_dated_years_ago(words, YEARS_OF_DEFICIT)
    return bool(terminology.kinds.named(words, LASTING))


def is_old_deficit_alone(
    part: str, concepts: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if words name a deficit, that it is old, and nothing else."""
    is_old = _is_old(part, terminology)
    return is_old and says_nothing_else(part, concepts, terminology)


def says_nothing_else(
    part: str, concepts: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if words only name these, their year, and that they are over or the same."""
    rest = part
    for kind in (*LASTING, *UNCHANGED):
        rest = terminology.kinds.without(rest, kind)
    rest = WRITTEN_YEAR.sub(" ", rest)
    return not LETTER.search(without_names(rest, concepts, " ", terminology))
