"""Find broken bones that carry the body in the words of entries that are no diagnoses.

A report, the stay, an order, a drug or an act may be the only one to tell of a broken
pelvis or hip. Words that call it old, deny it or would prevent it tell of none.
"""

from collections.abc import Iterable
from datetime import date

from cds_service.fhir.entries.exams.bone_reports import words_of_report
from cds_service.fhir.entries.fractures.bones import CARRYING
from cds_service.fhir.entries.fractures.leg_injuries import LEG_BROKEN
from cds_service.fhir.entries.harm.harm_words import bones_in_words
from cds_service.fhir.entries.words.asides import asides_of, words_of_asides
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import sentences_once
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.orders.since.injuries_in_acts import is_told_as_past
from cds_service.fhir.raw_json import Json

RECKONED = "break-reckoned"  # a rule of `kinds/`
IN_WORDS = CARRYING | {"leg-fracture", LEG_BROKEN}


def words_beside(resource: Json) -> Iterable[str]:
    """Yield what a report concludes, and the words next to the title of any entry."""
    if resource.get("resourceType") == "DiagnosticReport":
        yield from words_of_report(resource)
    yield from words_of_asides(asides_of(resource))


def legs_in_words(
    words: Iterable[str], since: date, terminology: Terminology
) -> frozenset[str]:
    """Return the bones that words say broke, not before this day as far as they say.

    Args:
        words: of one entry.
        since: a year before that of this day is one of the past.
        terminology: the service's terminology.
    """
    kinds = terminology.kinds
    told = (kinds.without(one[:LONGEST_TEXT], RECKONED) for one in words if one)
    return frozenset(
        bone
        for sentence in sentences_once(told)
        for bone in bones_in_words(sentence, terminology) & IN_WORDS
        if not is_told_as_past(sentence, since, terminology)
    )
