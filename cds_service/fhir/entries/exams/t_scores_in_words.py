"""Read the T-scores that words of diagnoses, orders, drugs, acts and stays name.

Such a number is never a value: it can only leave a measured one in doubt, as
`lower_in_problems` in `fhir/findings/values/lower_t_scores.py` does.
"""

from collections.abc import Sequence

from cds_service.core.derivations.from_order import OSTEOPOROSIS
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.words.asides import VOID
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, text, texts_of

# An entry that is neither a diagnosis nor an examination, and names one.
T_SCORE_ASIDE = "t-score-aside"
NAMING = frozenset(
    {
        "Appointment",
        "DeviceRequest",
        "Encounter",
        "Procedure",
        "ServiceRequest",
        "SupplyRequest",
        *MEDICATION_TYPES,
    }
)
OF_BONE = frozenset(OSTEOPOROSIS)
LONGEST_WORDS = 2_000  # characters of one text


def t_scores_in_words(
    texts: Sequence[str], terminology: Terminology, *, is_of_bone: bool = False
) -> list[float]:
    """Return the T-scores below zero in words that are not of another person.

    Args:
        texts: the words.
        terminology: the service's terminology.
        is_of_bone: they are of a diagnosis of thin bone, and need not name it.
    """
    numbers: list[float] = []
    for words in texts:
        if not any(one.isdigit() for one in words) or len(words) > LONGEST_WORDS:
            continue
        named = terminology.reports.t_scores_aside(words, is_of_bone=is_of_bone)
        if named and not _is_of_another(words, terminology):
            numbers += named
    return numbers


def t_scores_of_condition(
    condition: Json, concepts: frozenset[str], terminology: Terminology
) -> list[float]:
    """Return the T-scores below zero that a diagnosis names in its words or notes."""
    notes = [text(note.get("text")) for note in objects(condition.get("note"))]
    is_of_bone = not concepts.isdisjoint(OSTEOPOROSIS)
    words = [*texts_of(condition.get("code")), *notes]
    return t_scores_in_words(words, terminology, is_of_bone=is_of_bone)


def t_scores_of_entry(entry: Json, terminology: Terminology) -> list[float]:
    """Return the T-scores below zero in any words of such an entry; none of another.

    Words of our own referrals repeat a value, and name none.
    """
    is_void = text(entry.get("status")) in VOID
    if text(entry.get("resourceType")) not in NAMING or is_void:
        return []
    words = [
        one
        for one in dict.fromkeys(words_in(entry))
        if any(map(str.isdigit, one)) and not terminology.own_words.fullmatch(one)
    ]
    numbers: list[float] = []
    for one in words:
        is_of_bone = bool(terminology.text_concepts(one, OF_BONE))
        numbers += t_scores_in_words([one], terminology, is_of_bone=is_of_bone)
    return numbers


def _is_of_another(words: str, terminology: Terminology) -> bool:
    return any(clause.of_another for clause in terminology.clauses.read(words))
