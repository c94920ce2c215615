"""List what an act says: its titles, its reasons, how it went, and its notes.

Nothing is judged here. Words of prevention, of waiting and of the past are left out.
"""

import re
from collections.abc import Iterator

from cds_service.fhir.entries.harm.harm_words import is_of_before
from cds_service.fhir.entries.words.told_before_asked import without_prevention
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import folded
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

# A drug is no act: what it is for may be known for years.
DRUGS = frozenset(
    {"MedicationRequest", "MedicationAdministration", "MedicationStatement"}
)
DONE_OR_ORDERED = frozenset(
    {"ServiceRequest", "Procedure", "DeviceRequest", "SupplyRequest", "ImagingStudy"}
)
REASONED = DRUGS | DONE_OR_ORDERED
TITLES = ("code", "codeCodeableConcept", "itemCodeableConcept", "procedureCode")
OPERATED = frozenset({"ServiceRequest", "Procedure"})
# What an act says of how it went, and of what was ordered.
COURSE = ("complication", "outcome", "followUp", "statusReason", "orderDetail")
# Words for a drug that is taken only if a complaint comes: it has not come yet.
_AS_NEEDED = re.compile(
    r"\bprn\b|\bas (?:needed|required)\b|\bb\. ?bed\b|bedarf|\bsi besoin|\ba demanda\b"
    r"|\bal bisogno|\bzo nodig|\bdoraznie|頓[用服]|필요 ?시|必要时"
)
_BRACKETED = re.compile(r"[(（]([^()（）]+)[)）]")


def evidence_of(condition: Json) -> list[Json]:
    """List the codes of what a diagnosis is based on."""
    return [
        code
        for evidence in objects(condition.get("evidence"))
        for code in objects(evidence.get("code"))
    ]


def sites_and_stages(condition: Json) -> list[Json]:
    """List where a diagnosis is, and how far it has come."""
    stages = objects(condition.get("stage"))
    return [
        *objects(condition.get("bodySite")),
        *(one for stage in stages for one in objects(stage.get("summary"))),
        *(one for stage in stages for one in objects(stage.get("type"))),
    ]


def course_of(act: Json) -> list[Json]:
    """List how an order or a procedure went, and what was ordered, by its concepts."""
    if text(act.get("resourceType")) not in OPERATED:
        return []
    return [one for name in COURSE for one in objects(act.get(name))]


def _told_of_course(act: Json, terminology: Terminology) -> list[str]:
    """List the words of how an act went, of its details and of its instruction.

    What they say of the case that something comes has not come.
    """
    if text(act.get("resourceType")) not in OPERATED:
        return []
    details = objects(act.get("complicationDetail"))
    words = [word for one in course_of(act) for word in texts_of(one)]
    words += [text(one.get("display")) for one in details]
    words.append(text(act.get("patientInstruction")))
    return [
        terminology.grave_stems.deficits.without_conditions(one) for one in words if one
    ]


def told_beside(act: Json, terminology: Terminology) -> list[str]:
    """List what an act says besides its title and reasons, in notes and dosages.

    How it went counts too. What it is to prevent has not come, nor what a dosage says
    that it may do. For the name of a drug this is what the drug is for: "Apixaban for
    DVT".
    """
    dosages = [*objects(act.get("dosageInstruction")), *objects(act.get("dosage"))]
    instructions = [
        word
        for dosage in dosages
        for code in objects(dosage.get("additionalInstruction"))
        for word in texts_of(code)
    ]
    for name in ("text", "patientInstruction"):
        instructions += [text(one.get(name)) for one in dosages]
    stems = terminology.grave_stems
    words = [
        *(text(one.get("text")) for one in objects(act.get("note"))),
        *map(stems.deficits.without_conditions, instructions),
        *_purposes_of_drug(act, terminology),
        *_told_of_course(act, terminology),
    ]
    told = (without_prevention(one, terminology) for one in words)
    return [one for one in told if one.strip()]


def _purposes_of_drug(act: Json, terminology: Terminology) -> list[str]:
    """List what the name of a drug says that it is for, unless it prevents that.

    "Z.n. Schlaganfall" is in the past, and a drug for it is taken for good.
    """
    stems = terminology.grave_stems
    titles = [
        stems.deficits.without_conditions(title)
        for title in texts_of(act.get("medicationCodeableConcept"))
        if not stems.is_prevention(title) and not _AS_NEEDED.search(folded(title))
    ]
    in_brackets = (one for title in titles for one in _BRACKETED.findall(title))
    purposes = [
        *(one for title in titles for one in stems.reasons_after(title)),
        *in_brackets,
    ]
    return [one for one in purposes if not is_of_before(one, terminology)]


def names_of_reasons(act: Json) -> list[str]:
    """List what the reasons of an act are called, and the diagnoses of a stay."""
    named = [
        member(one, "condition", "display") for one in objects(act.get("diagnosis"))
    ]
    named += [one.get("display") for one in objects(act.get("reasonReference"))]
    return [*_reasons_of(act), *filter(None, map(text, named))]


def words_of_drug(act: Json, terminology: Terminology) -> list[str]:
    """List the reasons and notes of a drug, and how it is taken; else none."""
    if text(act.get("resourceType")) not in DRUGS:
        return []
    is_prevention = terminology.grave_stems.is_prevention
    reasons = [one for one in names_of_reasons(act) if not is_prevention(one)]
    return [*reasons, *told_beside(act, terminology)]


def titles_of(act: Json) -> list[str]:
    """List what an act is called; nothing of a drug."""
    if text(act.get("resourceType")) in DRUGS:
        return []
    coded = [one for name in TITLES for one in objects(act.get(name))]
    words = [word for one in coded for word in texts_of(one)]
    described = text(act.get("description"))
    return [*words, described] if described else words


def _reasons_of(act: Json) -> list[str]:
    return [word for one in objects(act.get("reasonCode")) for word in texts_of(one)]


def titles_and_reasons(act: Json) -> Iterator[str]:
    """Yield the titles and reasons of an act, and each title with each reason.

    What an examination looks for, its reason may say: "CCT", "fall".
    """
    titles, reasons = titles_of(act), _reasons_of(act)
    yield from dict.fromkeys((*titles, *reasons))
    for title in titles:
        for reason in reasons:
            yield f"{title}: {reason}"
