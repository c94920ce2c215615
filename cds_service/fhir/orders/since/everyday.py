"""Find diagnoses that every ward sees, about which a discharge does not ask.

They are not understood, or may be of anything: they support no "no".
"""

from typing import Any

from cds_service.fhir.entries.listed import is_withheld
from cds_service.fhir.entries.words.fracture_sites import names_place_alone
from cds_service.fhir.entries.words.open_concepts import MAY_NEED_BRACE, UNCODED
from cds_service.fhir.entries.words.problem_words import has_grave_stem
from cds_service.fhir.entries.words.unread_in_reasons import is_title_plain
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import AUGMENTATIONS
from cds_service.fhir.raw_json import Json, member, objects, texts_of

# An entry with any other concept says more than its title, or its title more. The
# operation may be among the states of a ward: "status post kyphoplasty".
SAYS_NO_MORE = UNCODED | AUGMENTATIONS | {MAY_NEED_BRACE}
# Every ward sees headaches; a severe one may be of this operation.
_SAYING_MORE = ("severity", "stage", "evidence")


def everyday_entries(record: PatientRecord, terminology: Terminology) -> frozenset[str]:
    """Return the diagnoses that every ward sees, by their codes or titles."""
    return frozenset(
        entry.reference
        for entry in record.of_key("conditions")
        if entry.concepts <= SAYS_NO_MORE
        and not is_withheld(entry.raw, terminology)
        and says_no_more(entry.raw, terminology)
        and _is_of_ward(entry.raw.get("code"), terminology)
    )


def says_no_more(condition: Json, terminology: Terminology) -> bool:
    """Tell if neither severity nor stage is given, and sites name a place alone."""
    if any(condition.get(name) for name in _SAYING_MORE):
        return False
    sites = objects(condition.get("bodySite"))
    words = (word for site in sites for word in texts_of(site))
    return all(names_place_alone(word, terminology) for word in words)


def _is_of_ward(code: Any, terminology: Terminology) -> bool:
    """Tell if every ward sees what a CodeableConcept names.

    Without a code of ICD-10 its titles decide. Next to such a code each title must be
    plain, or what the system calls the code.
    """
    codes = terminology.complication_codes
    judged = [one for one in terminology.codings(code) if codes.is_judged(one[0])]
    titles = texts_of(code)
    if not judged:
        return bool(titles) and all(map(terminology.harmless.is_of_ward, titles))
    names = texts_of({"coding": member(code, "coding")})
    return all(codes.is_of_ward(*one) for one in judged) and all(
        terminology.harmless.is_of_ward(title)
        or is_title_plain(title, terminology)
        or (title in names and not has_grave_stem(title, terminology))
        for title in titles
    )
