"""Find the vertebrae that an operation calls left in other words than its title.

"L3 abandoned" may be in a note, an outcome or the reason of a status, and such words
are less clear than a title: the vertebra was perhaps not treated. `treated_levels.py`
finds those that a title calls left.
"""

from collections.abc import Collection, Iterator

from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.narratives import without_tags
from cds_service.fhir.raw_json import Json, member, text

# Elements that do not say how the operation went.
NOT_ON_COURSE = frozenset(
    {
        "basedOn",
        "category",
        "code",
        "contained",
        "encounter",
        "focalDevice",
        "identifier",
        "location",
        "meta",
        "partOf",
        "performer",
        "reasonCode",
        "reasonReference",
        "recorder",
        "report",
        "subject",
        "usedCode",
        "usedReference",
    }
)
# What the operation is called, folded.
OPERATION = frozenset(
    {
        *("procedure", "the procedure", "operation", "eingriff", "intervention"),
        *("procedimiento", "intervencion", "intervento", "ingreep", "zabieg"),
        *("手術", "手术"),
    }
)
ONLY_THIS = frozenset({"only-this-level"})


def left_in_course(
    procedure: Json, treated: Collection[str], terminology: Terminology
) -> frozenset[str]:
    """Return those of these vertebrae that its notes or its outcome call left.

    Words that name no vertebra are of all of them, if they name nothing else.

    Args:
        procedure: an augmentation that was done.
        treated: the vertebrae that it names as treated.
        terminology: the service's terminology.
    """
    levels = {*treated}
    left = set[str]()
    for words in _words_on_course(procedure):
        left |= terminology.levels.left_in_note(words)
        for sentence in sentences(words):
            left |= _left_by_sentence(sentence, levels, terminology)
    return frozenset(left & levels)


def _words_on_course(procedure: Json) -> Iterator[str]:
    yield from words_in(
        {name: part for name, part in procedure.items() if name not in NOT_ON_COURSE}
    )
    # Each cell of a narrative is a statement of its own.
    narrative = text(member(procedure, "text", "div"))
    yield without_tags(narrative.replace("<", "; <"))


def _left_by_sentence(
    sentence: str, levels: set[str], terminology: Terminology
) -> set[str]:
    """Return what is left by `only L1 treated`, and by `procedure abandoned`."""
    named = {*terminology.levels.named(sentence)}
    if named:
        is_alone = terminology.text_concepts(sentence, ONLY_THIS)
        return levels - named if is_alone else set()
    before = terminology.levels.before_left_word(sentence)
    if before is None:
        return set()
    return levels if _names_operation_alone(before, terminology) else set()


def _names_operation_alone(words: str, terminology: Terminology) -> bool:
    """Tell if words say nothing, or only what the operation is called."""
    called = words.strip(" .:,-")
    if not called or called in OPERATION:
        return True
    return bool(terminology.text_concepts(words, AUGMENTATIONS))
