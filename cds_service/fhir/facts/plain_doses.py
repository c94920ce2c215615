"""Tells whether all that an entry says of a bone drug was understood.

Only such an entry counts as a dose: of any other nobody knows whether it tells of one
("kein Prolia mehr", "patient refused", a dose of nothing). Everything counts as not
understood until a rule here names its element, or its words are the drug's names,
strength, form and the plain words of `mappings/plain-dose-words/`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cds_service.fhir.leaves import MODIFIERS, leaves_of, repeats
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, number, objects, text

# Who, when, where and by which number; how the status is read, and what came of it.
_BY_RULE = frozenset(
    {
        *("resourceType", "id", "meta", "language", "identifier", "extension"),
        *("contained", "instantiates", "instantiatesCanonical", "instantiatesUri"),
        *("status", "intent", "priority", "subject", "patient", "context", "encounter"),
        *("partOf", "basedOn", "request", "authorizingPrescription", "eventHistory"),
        *(
            "derivedFrom",
            "device",
            "performer",
            "performerType",
            "location",
            "receiver",
        ),
        *("destination", "recorder", "asserter", "requester", "informationSource"),
        *("locationCode", "locationReference", "insurance", "requisition"),
        *(
            "authoredOn",
            "dateAsserted",
            "whenPrepared",
            "whenHandedOver",
            "substitution",
        ),
        *("complication", "complicationDetail", "report", "replaces"),
        *("effectiveDateTime", "effectivePeriod", "performedDateTime"),
        *("performedPeriod", "occurrenceDateTime", "occurrencePeriod", "detectedIssue"),
        *("usedReference", "focalDevice", "relevantHistory", "specimen"),
    }
)
# What a coding or a reference has beside its words, and how a note is signed.
_NO_WORDS = frozenset(
    {
        *("system", "version", "code", "userSelected", "reference", "type", "id"),
        *("unit", "comparator", "time", "authorString", "sequence"),
    }
)
_AMOUNTS = ("dosage", "dosageInstruction", "quantity", "daysSupply")
_TITLES = ("code", "medicationCodeableConcept", "category")
_REASON = "reasonCode"
_UNREAD = "\0"  # stands for what is neither words nor read
LEAST_CODE = 4  # a shorter one may be a word or a number of its own


def is_plain_dose(
    resource: Json, medication: Json | None, terminology: Terminology
) -> bool:
    """Whether nothing in an entry was left that may speak against its dose.

    Args:
        resource: an administration, dispense, statement, procedure or order.
        medication: the Medication that it refers to, if any.
        terminology: the service's terminology.
    """
    said = [
        *filter(None, _left_in(resource, terminology)),
        *_words_of_medication(medication),
    ]
    if _UNREAD in said or sum(map(len, said)) > LONGEST_TEXT:
        return False
    codes = _own_codes(resource, medication)
    return all(are_plain(words, codes, terminology) for words in dict.fromkeys(said))


def is_plain_title(
    resource: Json, medication: Json | None, terminology: Terminology
) -> bool:
    """Whether the names of an ordered drug say that drug and nothing else."""
    named = {
        name: resource.get(name)
        for name in ("medicationCodeableConcept", "medicationReference")
    }
    return is_plain_dose(named, medication, terminology)


def are_plain(words: str, codes: Iterable[str], terminology: Terminology) -> bool:
    """Whether words are plain without the codes that stand beside them."""
    for code in codes:
        words = re.sub(rf"(?<![^\W_]){re.escape(code)}(?![^\W_])", " ", words)
    return terminology.plain_doses.are_all(words)


def _left_in(resource: Json, terminology: Terminology) -> Iterable[str]:
    """The words of an entry, and a mark for what is neither words nor read."""
    for path, value in leaves_of(resource):
        parts = path.split(".")
        if MODIFIERS.intersection(parts):
            yield _UNREAD
        elif parts[0] in _BY_RULE or parts[0].startswith("_") or "extension" in parts:
            continue
        elif parts[0] == "text":
            plain = terminology.plain_doses
            is_said = parts[1] == "div" and not repeats(text(value), resource, plain)
            yield _UNREAD if is_said else ""
        elif parts[0].startswith("statusReason"):
            yield _UNREAD
        elif parts[0] == _REASON:
            continue
        else:
            yield _read(parts, value)
    for reason in objects(resource.get(_REASON)):
        yield from _words_of_reason(reason, terminology)


def _read(parts: Sequence[str], value: Any) -> str:
    """The words of a value; none if it says nothing against a dose."""
    if parts[-1] == "value" and parts[0] in _AMOUNTS:
        return "" if (number(value) or 0) > 0 else _UNREAD
    if parts[0] in ("doNotPerform", "asNeededBoolean"):
        return _UNREAD if value is not False else ""
    if parts[-1] in _NO_WORDS or not isinstance(value, str):
        return ""
    if "timing" in parts and parts[-1] not in ("text", "display"):
        return ""
    return value


def _words_of_reason(reason: Json, terminology: Terminology) -> Iterable[str]:
    """The words of a reason, without what a known code is called."""
    yield text(reason.get("text"))
    for coding in objects(reason.get("coding")):
        codeable = {"coding": [coding]}
        is_known = terminology.tells("conditions", codeable)
        if not is_known and not terminology.concepts(codeable):
            yield text(coding.get("display")) or _UNREAD


def _words_of_medication(medication: Json | None) -> Iterable[str]:
    """The names of a Medication and of what acts in it."""
    if medication is None:
        return
    if MODIFIERS & medication.keys() or text(medication.get("status")) not in (
        *("", "active", "inactive"),
    ):
        yield _UNREAD
    acting = [
        one
        for one in objects(medication.get("ingredient"))
        if one.get("isActive") is not False
    ]
    parts = (medication.get("code"), medication.get("form"), acting)
    for path, value in leaves_of(list(parts)):
        if path.rpartition(".")[2] in ("text", "display"):
            yield text(value)


def _own_codes(resource: Json, medication: Json | None) -> tuple[str, ...]:
    """The codes of the drug, `J0897`, which its name may repeat."""
    held = [resource.get(name) for name in _TITLES]
    held += [medication.get("code")] if medication else []
    codes = {
        text(value)
        for path, value in leaves_of(held)
        if path.rpartition(".")[2] == "code"
    }
    return tuple(sorted(one for one in codes if len(one) >= LEAST_CODE))
