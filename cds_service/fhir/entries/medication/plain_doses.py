"""Tell if all that an entry says of a bone drug was understood.

Only such an entry counts as a dose. Any other may deny one: "kein Prolia mehr",
"patient refused", a dose of 0 mg. Everything counts as not understood, unless a rule
here names its element, or its words are the drug's names, strength, form and the plain
words of `mappings/plain-dose-words/`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cds_service.fhir.element_names import MODIFIERS, PEOPLE_AND_PLACES
from cds_service.fhir.leaves import leaves_of, words_in
from cds_service.fhir.mapping.remainders import without_codes
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.narratives import says_more
from cds_service.fhir.raw_json import Json, number, objects, text

# Numbers, states and times, which other rules read; they hold no words.
_BY_RULE = frozenset(
    {
        "resourceType",
        "id",
        "meta",
        "language",
        "identifier",
        "requisition",
        "instantiates",
        "instantiatesCanonical",
        "instantiatesUri",
        "insurance",
        "status",
        "intent",
        "priority",
        "context",
        "encounter",
        "contained",
        "authoredOn",
        "dateAsserted",
        "whenPrepared",
        "whenHandedOver",
        "effectiveDateTime",
        "effectivePeriod",
        "performedDateTime",
        "performedPeriod",
        "occurrenceDateTime",
        "occurrencePeriod",
        "specimen",
        "relevantHistory",
        "eventHistory",
    }
)
# Who took part, and where: names and roles.
_NAMED = PEOPLE_AND_PLACES | {
    "performerType",
    "locationCode",
    "locationReference",
    "device",
    "focalDevice",
    "usedReference",
}
# Elements without words in a coding, a reference, an amount or a note.
_NO_WORDS = frozenset(
    {
        "system",
        "version",
        "code",
        "userSelected",
        "reference",
        "type",
        "id",
        "unit",
        "time",
        "authorString",
        "sequence",
        "identifier",
    }
)
Amounts = Mapping[str, float]
_COUNTS = frozenset(
    {
        "",
        "1",
        "syringe",
        "syringes",
        "dose",
        "doses",
        "each",
        "ea",
        "pen",
        "vial",
        "ampule",
        "injection",
        "unit",
        "units",
        "{syringe}",
        "{dose}",
        "tab",
        "tablet",
        "tablets",
        "tbl",
        "{tbl}",
        "cap",
        "capsule",
        "st",
        "stk",
    }
)
_UNITS = frozenset({"mg", "g", "ml", "ug", "mcg", "µg", "iu", "[iu]"})
LONGEST_DOSE = timedelta(days=1)  # an infusion may run over midnight
_AMOUNTS = ("dosage", "dosageInstruction", "quantity", "daysSupply")
_GIVEN_AT_ONCE = frozenset({"MedicationAdministration", "Procedure"})
_TITLES = ("code", "medicationCodeableConcept", "category")
_REASON = "reasonCode"
_NAMES = frozenset({"text", "display"})
# Elements of an order that say nothing against it: numbers, times, who hands it over.
_OF_ORDERS = frozenset({"groupIdentifier", "priorPrescription"})
_PEOPLE_OF_ISSUES = PEOPLE_AND_PLACES | {"author"}
_OF_DISPENSING = frozenset({"validityPeriod", "performer"})
_UNREAD = "\0"  # marks what is neither words nor read


def is_plain_dose(
    resource: Json,
    medication: Json | None,
    terminology: Terminology,
    ingredients: Iterable[str] = (),
) -> bool:
    """Tell if an entry says nothing more that may contradict its dose.

    Args:
        resource: an administration, dispense, statement, procedure or order.
        medication: the Medication that it refers to, if any.
        terminology: the service's terminology.
        ingredients: the active ingredients; for a known one, a lower dose than its
            least one is no dose.
    """
    texts = [
        *filter(None, _left_in(resource, terminology)),
        *_words_of_medication(medication),
        *_times_left(resource),
        *_doses_left(resource, _least_of(ingredients, terminology)),
    ]
    if _UNREAD in texts or sum(map(len, texts)) > LONGEST_TEXT:
        return False
    codes = _own_codes(resource, medication)
    plain = terminology.plain.doses
    return all(
        plain.are_all(without_codes(words, codes)) for words in dict.fromkeys(texts)
    )


def is_plain_title(
    resource: Json, medication: Json | None, terminology: Terminology
) -> bool:
    """Tell if the names of an ordered drug say that drug and nothing else."""
    named = {
        name: resource.get(name)
        for name in ("medicationCodeableConcept", "medicationReference")
    }
    return is_plain_dose(named, medication, terminology)


def is_plain_order(
    order: Json,
    medication: Json | None,
    terminology: Terminology,
    ingredients: Iterable[str] = (),
) -> bool:
    """Tell if an order says nothing more that may contradict that the drug is taken.

    Other rules read its times.
    """
    elements = {name: value for name, value in order.items() if name not in _OF_ORDERS}
    request = order.get("dispenseRequest")
    if isinstance(request, dict):
        dispensing = {one: request[one] for one in request.keys() - _OF_DISPENSING}
        elements["dispenseRequest"] = dispensing
    # What a check of the order found may forbid the drug.
    elements["detectedIssue"] = [
        *objects(order.get("detectedIssue")),
        *({"text": word} for word in _words_of_issues(order)),
    ]
    return is_plain_dose(elements, medication, terminology, ingredients)


def _words_of_issues(order: Json) -> Iterable[str]:
    """Yield the words of the issues that an order contains."""
    for issue in objects(order.get("contained")):
        if issue.get("resourceType") == "DetectedIssue":
            found = {name: issue[name] for name in issue.keys() - _PEOPLE_OF_ISSUES}
            yield from words_in(found, _NAMES | {"detail"})


def _left_in(resource: Json, terminology: Terminology) -> Iterable[str]:
    """Yield the words of an entry, and a mark for what is neither words nor read."""
    for path, value in leaves_of(resource):
        parts = path.split(".")
        if MODIFIERS.intersection(parts) or parts[0].startswith("statusReason"):
            yield _UNREAD
        elif "extension" in parts or any(one.startswith("_") for one in parts):
            yield _added(parts, value)
        elif parts[0] not in _BY_RULE and parts[0] not in ("text", _REASON):
            yield _words_of(parts, value)
    if says_more(resource, terminology.plain.doses):
        yield _UNREAD
    for reason in objects(resource.get(_REASON)):
        yield from _words_of_reason(reason, terminology)


def _words_of(parts: Sequence[str], value: Any) -> str:
    """Return the words of an element, or a mark; empty for a name of who took part."""
    if parts[0] in _NAMED:
        is_said = parts[-1] in ("display", "text")
        return text(value) if is_said and not _is_name(text(value)) else ""
    if parts[0] == "derivedFrom" and "Request/" in text(value):
        return _UNREAD  # what was ordered is not a dose
    return _read(parts, value)


def _added(parts: Sequence[str], value: Any) -> str:
    """Return the words of an extension; a mark for a yes or no of unknown meaning."""
    if parts[-1] == "url":
        return ""
    if isinstance(value, bool):
        return _UNREAD
    is_word = parts[-1] in ("text", "display", "valueString", "valueCode")
    return value if is_word and isinstance(value, str) else ""


def _is_name(words: str) -> bool:
    """Tell if words may name a person or place: neither end begins in lower case."""
    parts = [one.strip(".,;()") for one in words.split()]
    ends = [one for one in (*parts[:1], *parts[-1:]) if one]
    return all(not one[0].islower() for one in ends)


def _times_left(resource: Json) -> Iterable[str]:
    """Yield a mark if the day on which a dose was given is not known."""
    kind = resource.get("resourceType")
    if kind == "MedicationDispense" and not resource.get("whenHandedOver"):
        yield _UNREAD if resource.get("whenPrepared") else ""
    if kind in _GIVEN_AT_ONCE:
        for name in ("effectivePeriod", "performedPeriod"):
            period = resource.get(name)
            if isinstance(period, dict) and not _is_one_dose(period):
                yield _UNREAD


def _is_one_dose(period: Json) -> bool:
    """Tell if a period says when it began, and did not go on for days."""
    start, end = text(period.get("start")), text(period.get("end"))
    if not start or not end:
        return bool(start)
    try:
        days = [date.fromisoformat(one[:10]) for one in (start, end)]
    except ValueError:
        return start == end
    return days[1] - days[0] <= LONGEST_DOSE


def _least_of(ingredients: Iterable[str], terminology: Terminology) -> Amounts:
    """Return the least amount that is a dose, by unit; a lower one is a mistake."""
    least: dict[str, float] = {}
    for name in ingredients:
        least |= terminology.drugs.least_doses.get(name, {})
    return least


def _doses_left(resource: Json, least: Amounts) -> Iterable[str]:
    """Yield a mark for an amount that is too low for a dose, or has an unknown unit."""
    dosages = resource.get("dosage")
    for dosage in [dosages] if isinstance(dosages, dict) else objects(dosages):
        amounts = [dosage.get("dose"), dosage.get("doseQuantity")]
        amounts += [
            rate.get("doseQuantity") for rate in objects(dosage.get("doseAndRate"))
        ]
        for amount in amounts:
            if isinstance(amount, dict) and not _is_dose(amount, least):
                yield _UNREAD


def _is_dose(amount: Json, least: Amounts) -> bool:
    value = number(amount.get("value"))
    unit = (text(amount.get("code")) or text(amount.get("unit"))).lower()
    if value is None or value <= 0:
        return False
    if unit in least:
        return value >= least[unit]
    return unit in _COUNTS or (unit in _UNITS and not least)


def _read(parts: Sequence[str], value: Any) -> str:
    """Return the words of a value, or a mark; empty if it cannot contradict a dose."""
    if parts[-1] == "value" and parts[0] in _AMOUNTS:
        return "" if (number(value) or 0) > 0 else _UNREAD
    if parts[-1] == "comparator":
        return _UNREAD
    if parts[-1] in ("doNotPerform", "asNeeded", "asNeededBoolean"):
        return _UNREAD if value is not False else ""
    if parts[-1] in _NO_WORDS or not isinstance(value, str):
        return ""
    if "timing" in parts and parts[-1] not in ("text", "display"):
        return ""
    return value


def _words_of_reason(reason: Json, terminology: Terminology) -> Iterable[str]:
    """Yield the words of a reason, without the names of known codes."""
    yield text(reason.get("text"))
    for coding in objects(reason.get("coding")):
        codeable = {"coding": [coding]}
        is_known = terminology.identifies("conditions", codeable)
        if not is_known and not terminology.concepts(codeable):
            yield text(coding.get("display")) or _UNREAD


def _words_of_medication(medication: Json | None) -> Iterable[str]:
    """Yield the names of a Medication and of its active ingredients."""
    if medication is None:
        return
    if MODIFIERS & medication.keys() or text(medication.get("status")) not in (
        "",
        "active",
        "inactive",
    ):
        yield _UNREAD
    acting = [
        ingredient
        for ingredient in objects(medication.get("ingredient"))
        if ingredient.get("isActive") is not False
    ]
    parts = (medication.get("code"), medication.get("form"), acting)
    yield from words_in(parts, _NAMES)


def _own_codes(resource: Json, medication: Json | None) -> tuple[str, ...]:
    """Return the codes of the drug, such as `J0897`, which its name may repeat."""
    titles = [resource.get(name) for name in _TITLES]
    titles += [medication.get("code")] if medication else []
    codes = {
        text(value)
        for path, value in leaves_of(titles)
        if path.rpartition(".")[2] == "code"
    }
    return tuple(sorted(codes))
