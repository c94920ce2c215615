"""Tell if the directions of a drug were understood whole.

A sig says how a drug is taken, and often for what: "4 mg daily for the mets". So its
words leave a tumour, an infection and a deficit open, unless they consist of plain
words of directions (`mappings/plain-sig-words/`), of the drug's own name, of plain
words of reasons, and of names that are counted elsewhere.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.gathering.other_doses import dosages_of
from cds_service.fhir.gathering.unread_in_reasons import is_reason_understood
from cds_service.fhir.mapping.clauses import sentences
from cds_service.fhir.mapping.durations import LONGEST_TEXT
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import folded
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

_WORD = re.compile(r"[^\W\d_]{3,}")


def is_sig_understood(
    drug: Json, counted: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if all words of the directions are plain, or names that are counted.

    Args:
        drug: an order, statement, dispense or administration of a drug.
        counted: concepts that are left open elsewhere if words name them.
        terminology: the service's terminology.
    """
    directions = [word for word in dict.fromkeys(_directions_of(drug)) if word]
    if not directions:
        return True
    if sum(map(len, directions)) > LONGEST_TEXT:
        return False
    own = _own_words(drug)
    return all(
        _is_plain(sentence, own, counted, terminology)
        for words in directions
        for sentence in sentences(words)
    )


def _directions_of(drug: Json) -> Iterator[str]:
    """Yield the words of the dosages: how, and for what, the drug is taken."""
    for dosage in dosages_of(drug):
        yield text(dosage.get("text"))
        yield text(dosage.get("patientInstruction"))
        for more in objects(dosage.get("additionalInstruction")):
            yield from texts_of(more)


def _own_words(drug: Json) -> frozenset[str]:
    """Return the words of the drug's name, folded; directions often repeat it."""
    names = texts_of(drug.get("medicationCodeableConcept"))
    names.append(text(member(drug, "medicationReference", "display")))
    return frozenset(word for name in names for word in _WORD.findall(folded(name)))


def _is_plain(
    sentence: str,
    own: frozenset[str],
    counted: frozenset[str],
    terminology: Terminology,
) -> bool:
    """Tell if nothing is left of a sentence that may be grave."""
    if is_reason_understood([sentence], counted, terminology):
        return True
    left = [one for one in terminology.plain.sigs.left_in(sentence) if one not in own]
    return not left or is_reason_understood([" ".join(left)], counted, terminology)
