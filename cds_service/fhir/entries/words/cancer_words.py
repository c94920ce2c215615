"""Read what words next to a cancer say of its spread, its return and its follow-up."""

from collections.abc import Collection, Iterable

from cds_service.fhir.entries.words.problem_words import is_denial, undenied_parts
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT

# Rules of `kinds/`.
AGAIN = ("cancer-again",)
SPREAD = ("kind-spread",)
SPREADING = (*AGAIN, *SPREAD)
BESIDE = ("denied-beside-spread",)
IN_PART = ("spread-in-part",)
EXAM_AWAITED = ("exam-awaited",)
SEEN = ("seen-beside-exam",)
FOUND_NOTHING = "found-nothing"
# Where else than in the bone a cancer is looked for, by the name of its list or organ.
OWN_EXAMS = {
    "lung-cancer-ever": ("exam-of-head",),
    "melanoma-ever": ("exam-of-head", "exam-of-skin"),
}
ORGANS = {"organ-lung": "lung-cancer-ever", "organ-melanoma": "melanoma-ever"}


def only_denies_spread(part: str, terminology: Terminology) -> bool:
    """Tell if a part of a text denies a spread itself, and nothing else.

    "No radiotherapy to bone mets" denies a treatment, "keine Lebermetastasen" one place
    alone: both leave it open.
    """
    kinds = terminology.kinds
    return is_denial(part, terminology) and not kinds.named(part, BESIDE)


def may_be_back(
    texts: Iterable[str], known: Collection[str], terminology: Terminology
) -> bool:
    """Tell if words of a cancer tell of a spread, or of a search for one.

    Args:
        texts: its title and its asides.
        known: the concepts of its entry.
        terminology: the service's terminology.
    """
    exams = _own_exams(texts := [*texts], known, terminology)
    return any(
        _tells_of_spread(one[:LONGEST_TEXT], exams, terminology) for one in texts
    )


def _tells_of_spread(
    words: str, exams: tuple[str, ...], terminology: Terminology
) -> bool:
    kinds = terminology.kinds
    if kinds.named(words, IN_PART):
        return True
    is_awaited = bool(kinds.named(words, EXAM_AWAITED))
    parts = [
        part
        for stretch in terminology.clauses.cut_at_contrasts(
            kinds.without(words, FOUND_NOTHING)
        )
        for part in undenied_parts(stretch, terminology)
    ]
    return any(
        kinds.named(part, AGAIN) or (is_awaited and kinds.named(part, (*SEEN, *exams)))
        for part in parts
    )


def _own_exams(
    texts: Collection[str], known: Collection[str], terminology: Terminology
) -> tuple[str, ...]:
    """Return the rules of the examinations that are of this cancer's own spread."""
    organs = {
        ORGANS[organ]
        for one in texts
        for organ in terminology.kinds.named(one, (*ORGANS,))
    }
    named = organs.union(known) & OWN_EXAMS.keys()
    return tuple({exam for organ in named for exam in OWN_EXAMS[organ]})
