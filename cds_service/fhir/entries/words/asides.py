"""Yield the asides of an entry: what it says next to its title about the patient.

Any element may hold an aside: the reason of the stay, the stage of a tumour, what an
extension adds. No list of them would be complete. So this module lists the elements
that hold none, each with its reason. All others are read: their words must be plain
and their codes known to be harmless, or they leave open what they may say.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.narratives import without_tags
from cds_service.fhir.parsing import TIMES
from cds_service.fhir.raw_json import (
    LISTS,
    Json,
    is_translation,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.outgoing.deadline import check_time

Reasons = Mapping[str, str]  # why, by element


def _each(why: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, why)


# --- In any type, at any depth: strings that are no words, and elements without words.

NO_WORDS: Reasons = {
    **_each("a number or an address", "id", "url", "reference", "type", "fullUrl"),
    **_each("names a code, which is judged as a code", "system", "version", "code"),
    **_each("of the document", "language", "lang", "contentType", "data", "hash"),
    **_each("the unit or sign of a number", "unit", "comparator", "currency"),
    **_each("a code of FHIR itself", "status", "intent", "priority", "resourceType"),
    **_each("a code of FHIR itself", "valueCode", "valueId", "valueOid", "valueUuid"),
    **_each("an address", "valueUri", "valueUrl", "valueCanonical", "implicitRules"),
    **_each("who wrote it", "authorString"),
}
NO_FACTS: Reasons = {
    **_each("a number", "identifier", "valueIdentifier", "requisition"),
    **_each("a number", "groupIdentifier"),
    **_each("of the document; security labels are read apart", "meta"),
    **_each("who wrote it", "authorReference"),
    **_each("a name or an address", "valueHumanName", "valueAddress"),
    **_each("a name or an address", "valueContactPoint", "valueContactDetail"),
    **_each("who signed it", "valueSignature"),
}

# --- In any type, by path.

_OTHERS = "another entry, which is read as what it is"
_TITLE = "the title of the entry, which another module reads"
_PEOPLE = "who took part"
_PLACES = "where it was, or who pays"
SILENT_ANYWHERE: Reasons = {
    **_each("whose it is, which is checked apart", "subject"),
    **_each(_PEOPLE, "performer", "performerType", "recorder", "asserter"),
    **_each(_PEOPLE, "requester", "informationSource", "receiver", "supplier"),
    **_each(_PEOPLE, "participant", "interpreter", "referrer", "resultsInterpreter"),
    **_each(_PLACES, "location", "locationCode", "locationReference", "destination"),
    **_each(_PLACES, "deliverFrom", "deliverTo", "insurance", "endpoint", "account"),
    **_each(_PLACES, "serviceProvider", "encounter", "context"),
    **_each("the guideline followed", "instantiatesCanonical", "instantiatesUri"),
}
# --- By type and path.

_BILLING = "what it is called for billing"
_HANDED = "how a drug is handed over"
SILENT: Mapping[str, Reasons] = {
    "Condition": _each("read by `certainty`", "clinicalStatus", "verificationStatus"),
    "Encounter": {
        **_each("where the patient was when", "statusHistory", "classHistory"),
        **_each(_BILLING, "diagnosis.use", "priority"),
        **_each(_PLACES, "hospitalization.origin", "hospitalization.destination"),
        **_each(_PLACES, "hospitalization.admitSource", "hospitalization.reAdmission"),
        **_each("what the patient eats", "hospitalization.dietPreference"),
        **_each("read by `find_place`, and for what it is called", "class"),
        **_each("read as an appointment", "appointment"),
    },
    "MedicationRequest": {
        **_each(_HANDED, "dispenseRequest", "courseOfTherapyType"),
        **_each(_HANDED, "substitution.allowedCodeableConcept"),
    },
    "MedicationDispense": {
        **_each(_HANDED, "type", "substitution.type"),
        **_each(_PEOPLE, "substitution.responsibleParty"),
    },
    "Observation": _each("of the laboratory, not of the patient", "referenceRange"),
    "ImagingStudy": {
        **_each("how DICOM numbers a picture", "series.instance", "series.laterality"),
        **_each(_PEOPLE, "series.performer"),
        **_each(_PLACES, "series.endpoint"),
    },
}

# --- Elements with words of all kinds. What they name counts, but words that are not
# --- understood leave nothing open here.

_DOSE = "how a drug is taken; `plain_doses` reads it for bone drugs"
_KIND = "the name of a kind of examination, visit or order"
_THING = "the name of a product"
_VALUE = "of the value, which `measurements` reads or refuses"
BY_NAME_ANYWHERE: Reasons = {
    **_each(_TITLE, "code", "codeCodeableConcept", "codeReference"),
    **_each(_TITLE, "itemCodeableConcept", "itemReference"),
    **_each(_TITLE, "medicationCodeableConcept", "medicationReference"),
    **_each(_KIND, "category"),
    **_each(_OTHERS, "basedOn", "partOf", "replaces", "priorRequest", "request"),
    **_each(_OTHERS, "priorPrescription", "authorizingPrescription", "eventHistory"),
    **_each(_OTHERS, "derivedFrom", "hasMember", "relevantHistory", "detectedIssue"),
    **_each(_OTHERS, "reportedReference"),
    **_each(_DOSE, "dosage", "dosageInstruction"),
    **_each("when it is done", "occurrenceTiming"),
    **_each(_THING, "device", "focalDevice", "usedCode", "usedReference", "specimen"),
}
BY_NAME: Mapping[str, Reasons] = {
    "Condition": {
        **_each("how bad it is, not what", "severity"),
        **_each("when it was; `onset` reads it", "onsetString", "abatementString"),
    },
    "Procedure": _each(_OTHERS, "report"),
    "Encounter": {
        **_each(_KIND, "type", "serviceType", "episodeOfCare"),
        **_each("where to, or by death", "hospitalization.dischargeDisposition"),
        **_each("how the patient is received", "hospitalization.specialArrangement"),
        **_each("how the patient is received", "hospitalization.specialCourtesy"),
    },
    "Appointment": {
        **_each(_KIND, "serviceCategory", "serviceType", "specialty"),
        **_each(_KIND, "appointmentType", "description", "patientInstruction"),
        **_each("a time on a calendar", "slot"),
    },
    "DiagnosticReport": {
        **_each(_OTHERS, "result", "imagingStudy", "media.link"),
        **_each(_KIND, "presentedForm"),
        **_each("read by `unread_in_report`", "conclusion", "conclusionCode"),
    },
    "ImagingStudy": {
        **_each(_KIND, "description", "procedureCode", "procedureReference"),
        **_each(_KIND, "modality", "series"),
    },
    "Observation": {
        **_each("how it was measured", "method", "bodySite"),
        **_each(_VALUE, "component", "valueString", "valueCodeableConcept"),
        **_each(_VALUE, "dataAbsentReason"),
    },
}
# A dosage may say what the drug is needed for.
_REASONS_OF_DOSES = frozenset({"asNeededCodeableConcept"})
# Contained resources of people, places and products.
NO_DIAGNOSES = frozenset(
    {
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "RelatedPerson",
        "Group",
        "Organization",
        "Location",
        "HealthcareService",
        "Endpoint",
        "CareTeam",
        "Coverage",
        "Account",
        "Provenance",
        "Medication",
        "Substance",
        "Device",
    }
)
OBSERVATION = "Observation"
# A report that is `registered` is not among them: what it says already was found.
VOID = frozenset(
    {
        "entered-in-error",
        "cancelled",
        "revoked",
        "not-taken",
        "not-done",
        "declined",
    }
)
# Extensions that other modules read: what was ruled out, the German certainty.
_READ_ELSEWHERE = ("condition-ruledOut", "diagnosesicherheit")
# Statuses of narratives that are made from the elements alone, by FHIR's definition.
_MADE = frozenset({"generated", "extensions", "empty"})
# The extension for an absent text, and the reasons by which it hides a text.
_ABSENT = "data-absent-reason"
_HIDDEN = frozenset({"masked", "error"})
_WITH_WORDS = frozenset(
    {"extension", "valueString", "valueMarkdown", "valueCoding"}
) | {
    "valueCodeableConcept",
    "valueAnnotation",
}
# What an Observation holds whose code is a question.
_ANSWERS = ("value", "component", "dataAbsentReason", "hasMember")
_TIME = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}(?:T[0-9:.]+)?(?:Z|[+-][0-9:]+)?")
_SITES = frozenset({"bodySite"})


class Aside(NamedTuple):
    """The words, or the code, in one element next to an entry's title.

    Attributes:
        words: empty for a code.
        code: a CodeableConcept with its texts; None for words.
        is_site: it says where in the body.
        is_added: an extension says it.
    """

    words: str = ""
    code: Json | None = None
    is_site: bool = False
    is_added: bool = False


def asides_of(entry: Json) -> Iterator[Aside]:
    """Yield the asides of an entry.

    They are in its elements, in contained resources, and in a narrative that is not
    made from the elements.
    """
    yield from _in_elements(text(entry.get("resourceType")), entry)
    for resource in objects(entry.get("contained")):
        yield from _of_contained(resource)
    if _is_written(entry.get("text")):
        yield Aside(without_tags(text(member(entry, "text", "div"))))


def words_of_asides(asides: Iterable[Aside]) -> Iterator[str]:
    """Yield the words of asides, and what their codes are called."""
    for aside in asides:
        yield from texts_of(aside.code) if aside.code else (aside.words,)


def has_inner_asides(entry: Json) -> bool:
    """Tell if an entry has contained resources, or a narrative with new words."""
    return bool(entry.get("contained")) or _is_written(entry.get("text"))


def _is_written(narrative: Any) -> bool:
    """Tell if a narrative is not only made from the elements."""
    return isinstance(narrative, dict) and text(narrative.get("status")) not in _MADE


def _in_elements(kind: str, resource: Json) -> Iterator[Aside]:
    """Yield the asides in the elements of a resource.

    Args:
        kind: its type; empty for a contained resource, of which only those elements
            are left out that are silent in any type.
        resource: raw JSON.
    """
    waiting: list[tuple[str, Any]] = [
        (name, value)
        for name, value in resource.items()
        if name not in ("contained", "text")
    ]
    while waiting:
        check_time()
        path, value = waiting.pop()
        if isinstance(value, LISTS):
            waiting += [(path, part) for part in value]
        elif is_silent(kind, path) or is_by_name(kind, path):
            waiting += _within_left_out(path, value)
        elif isinstance(value, str):
            if not _is_no_word(path, value):
                yield _aside_at(path, value)
        elif isinstance(value, dict):
            code = _code_in(value)
            if code is not None:
                yield _aside_at(path, "", code)
                waiting += _extensions_of(path, value)
            elif not _is_read_elsewhere(value):
                waiting += [(f"{path}.{name}", part) for name, part in value.items()]


def _aside_at(path: str, words: str, code: Json | None = None) -> Aside:
    is_site = path.partition(".")[0] in _SITES
    is_added = "xtension" in path  # or `modifierExtension`
    return Aside(words, code, is_site=is_site, is_added=is_added)


def is_silent(kind: str, path: str) -> bool:
    """Tell if an element of a type of resource cannot bear on the patient's health."""
    return (
        path in SILENT_ANYWHERE
        or path in SILENT.get(kind, ())
        or path.rpartition(".")[2] in NO_FACTS
    )


def is_by_name(kind: str, path: str) -> bool:
    """Tell if words of an element leave nothing open except what they name."""
    return path in BY_NAME_ANYWHERE or path in BY_NAME.get(kind, ())


def _within_left_out(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is read of such an element: reasons of a dose, extensions of a title.

    Each comes with its path.
    """
    if not isinstance(value, dict):
        return
    for name in _REASONS_OF_DOSES & value.keys():
        yield f"{path}.{name}", value[name]
    if path in BY_NAME_ANYWHERE:
        yield from _extensions_of(path, value)


def _extensions_of(path: str, codeable: Json) -> Iterator[tuple[str, Any]]:
    for holder in (codeable, *objects(codeable.get("coding"))):
        if "extension" in holder:
            yield f"{path}.extension", holder["extension"]
        # What extends a text or a code, as `_display` does. Translations are texts.
        for name in holder:
            if name.startswith("_"):
                for extension in objects(member(holder[name], "extension")):
                    if not is_translation(extension):
                        yield f"{path}.extension", _told(extension)


def _told(extension: Json) -> Any:
    """Return an extension, or its address if it has no words and is not known.

    An address is not plain, so that it leaves its entry open.
    """
    url = text(extension.get("url"))
    if url.endswith(_ABSENT):
        return url if extension.get("valueCode") in _HIDDEN else None
    has_words = any(name in _WITH_WORDS for name in extension)
    return extension if has_words else url or "?"


def _is_no_word(path: str, value: str) -> bool:
    name = path.rpartition(".")[2]
    return (
        name in NO_WORDS
        or TIMES.fullmatch(name) is not None
        or _TIME.fullmatch(value) is not None
    )


def _is_read_elsewhere(extension: Json) -> bool:
    return text(extension.get("url")).endswith(_READ_ELSEWHERE)


def _code_in(value: Json) -> Json | None:
    """Return a CodeableConcept, or a Coding as one; None for anything else."""
    if "coding" in value:
        return value
    is_quantity = "value" in value
    if text(value.get("code")) and text(value.get("system")) and not is_quantity:
        return {"coding": [value]}
    return None


def _of_contained(resource: Json) -> Iterator[Aside]:
    """Yield the asides in a contained resource; none if it is void, denied or past."""
    kind = text(resource.get("resourceType"))
    if kind in NO_DIAGNOSES or text(resource.get("status")) in VOID:
        return
    if kind == "Condition" and certainty_of(resource) in ("denied", "past"):
        return
    if kind != OBSERVATION or _is_finding(resource):
        yield from (Aside(code=one) for one in objects(resource.get("code")))
    yield from _in_elements("", resource)


def _is_finding(observation: Json) -> bool:
    """Tell if an Observation says by its code alone what was found: `Discitis`.

    In others the code is a question, and only the value is the answer.
    """
    is_answered = any(name.startswith(_ANSWERS) for name in observation)
    return observation.get("valueBoolean") is True or not is_answered
