"""Finds the grave things that the other lists name: reports, orders, drugs, procedures.

A report says "metastasis of T12", an order asks for an MRI because of discitis, a drug
is given for it, a procedure was done for a broken hip. None of this is a diagnosis on
the problem list, but with it nobody may say that there is none.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.gathering.bystanders import (
    FRACTURED,
    is_bystander_problem,
    is_plain_fracture,
)
from cds_service.fhir.gathering.drug_asides import NOT_BESIDE, WORDED, codes_of
from cds_service.fhir.gathering.drugs import MEDICATION_TYPES
from cds_service.fhir.gathering.elements import (
    OBSERVATION,
    VOID,
    Beside,
    beside_title,
    holds_more,
)
from cds_service.fhir.gathering.problem_words import in_doubt, named_in
from cds_service.fhir.gathering.reason_prose import (
    EARLIER,
    has_code_alone,
    is_reason_understood,
    is_title_plain,
    tells_earlier_fracture,
    words_of_reasons,
)
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)

# What an entry may name besides its code, or instead of it. The finding is then open.
GRAVE = frozenset(
    {
        *("malignancy", "myeloma", "bone-metastasis", "bone-malignancy-ever"),
        *("malignancy-elsewhere", "cancer-ever", "sepsis", "spinal-infection"),
        *("discitis", "vertebral-osteomyelitis", "spinal-tuberculosis"),
        *("neurological-deficit", "leg-weakness", "unstable-fracture"),
        *("stable-burst-fracture", "spinal-instability", "hip-fracture"),
        # These raise the risk apart from any model: next to one of them no figure is
        # below the usual.
        *("earlier-vertebral-fracture", "dementia", "dementia-mild", "parkinson"),
        *("dementia-moderate", "dementia-severe", "severe-frailty", "repeated-falls"),
        *("severe-kidney-disease", "dialysis", "cancer-treatment"),
    }
)
# A diagnosis whose code is in no value set and no harmless range may be any of them.
UNJUDGED = "unjudged-diagnosis"
# So may what a report says in words that were not understood.
UNREAD_PROSE = "unread-prose"
# And so may what an order, a drug or a procedure says in such words.
UNREAD_REASON = "unread-reason"
# And each may be what a brace is for.
MAY_BEAR_ON_SPINE = "may-bear-on-spine"
# A vertebra is broken, of which only the reader of fractures knows if it is treated.
BROKEN_ASIDE = "vertebra-broken-aside"
# What leaves a finding open by its code. Their words are those of symptoms as well.
BY_CODE = frozenset(
    {
        *("cancer-implied", "pathological-fracture", "bone-malignancy-history"),
        *("deep-infection", "bone-infection-elsewhere", "sphincter-trouble"),
        *("spinal-cord-disease", "femur-fracture-unstated"),
        *(UNJUDGED, UNREAD_PROSE, UNREAD_REASON, MAY_BEAR_ON_SPINE),
    }
)
ASIDE = GRAVE | BY_CODE
ASIDE_IN_DOUBT = frozenset(map(in_doubt, ASIDE))
# What of these leaves a tumour, an infection or a palsy of the spine open, or may bear
# on it.
OF_THE_SPINE = BY_CODE - {UNJUDGED, "femur-fracture-unstated"} | {
    *("malignancy", "myeloma", "bone-metastasis", "bone-malignancy-ever"),
    *("malignancy-elsewhere", "cancer-ever", "cancer-drug"),
}
# Elements that hold diagnoses.
DIAGNOSES = ("conclusionCode", "reasonCode", "complication")
# Procedures are not here: their title says what was done, and is read as such.
TITLES = {
    **dict.fromkeys(("DiagnosticReport", "ServiceRequest"), "code"),
    **dict.fromkeys(MEDICATION_TYPES, "medicationCodeableConcept"),
}
# The answer of an Observation; its code may ask for something that is not there.
ANSWERS = frozenset({"valueString", "valueCodeableConcept", "note"})
_SHORT = NOT_BESIDE | {
    *("resourceType", "id", "meta", "status", "intent", "priority", "authoredOn"),
    *("performedDateTime", "effectiveDateTime", "issued", "encounter", "identifier"),
    *("language", "medicationCodeableConcept", "whenHandedOver"),
    *("effectivePeriod", "dateAsserted"),
}


def grave_beside(entry: Json, terminology: Terminology) -> frozenset[str]:
    """The grave things that a report, an order, a drug or a procedure names."""
    title = TITLES.get(text(entry.get("resourceType")), "")
    if (
        text(entry.get("status")) in VOID
        or is_prohibition(entry)
        # most entries of most lists
        or (entry.keys() <= _SHORT and not title and not holds_more(entry))
    ):
        return frozenset()
    listed = {name: held for name, held in entry.items() if name not in NOT_BESIDE}
    beside = [*beside_title(entry)]
    diagnoses = [one for name in DIAGNOSES for one in objects(entry.get(name))]
    diagnoses += [one.code for one in beside if one.code]
    codes = [*codes_of(listed), *diagnoses]
    if title:  # what is ordered or given is so for a reason
        codes += objects(entry.get(title))
    coded = terminology.concepts(codes) | left_open_by(diagnoses, terminology)
    # The name of a harmless code may contain what it looks for: `screening for cancer`.
    plain = {
        word
        for one in codes
        if terminology.excludes(one) and not terminology.concepts(one) & GRAVE
        for word in texts_of(one)
        if is_title_plain(word, terminology)
    }
    written = [*_words_of(listed), *_words_beside(beside)]
    if title:
        written += [word for one in objects(entry.get(title)) for word in texts_of(one)]
        written.append(text(member(entry, "medicationReference", "display")))
    words = [word for word in dict.fromkeys(written) if word not in plain]
    # The referral that we offer says "if this is a tumour": a question to its reader.
    others = [word for word in words if not terminology.own_words.fullmatch(word)]
    named = named_in(others, terminology)
    unread = _unread(entry, others, named, terminology)
    broken = frozenset({BROKEN_ASIDE} if (coded | named) & FRACTURED else ())
    return (coded & ASIDE) | (named & GRAVE) | unread | broken


def _unread(
    entry: Json, words: list[str], named: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """What the words of an entry leave open beyond what they name.

    A report has a rule of its own.
    """
    kind = text(entry.get("resourceType"))
    reasons = [
        word
        for word in words_of_reasons(entry, terminology)
        if not terminology.own_words.fullmatch(word)
    ]
    if kind == "DiagnosticReport":
        return _unread_in_report(entry, reasons, words, terminology)
    if kind == OBSERVATION:
        plain = terminology.plain_values
        reasons = [word for word in reasons if not plain.are_all(word)]
    # Elsewhere a grave thing is open that a denial may have swallowed. What is too long
    # to be read may name one.
    is_long = sum(map(len, words)) > LONGEST_TEXT
    swallowed = [
        word for word in words if is_long or _names_more(word, named, terminology)
    ]
    found = set[str]()
    is_understood = is_reason_understood([*reasons, *swallowed], GRAVE, terminology)
    if not is_understood or has_code_alone(entry, terminology):
        found |= {UNREAD_REASON, MAY_BEAR_ON_SPINE}
    if tells_earlier_fracture(reasons, terminology):
        found.add(EARLIER)
    return frozenset(found)


def _unread_in_report(
    report: Json, beside: list[str], words: list[str], terminology: Terminology
) -> frozenset[str]:
    """What is left open by a report's words; `report_prose` reads its conclusion."""
    found = set[str]()
    is_understood = is_reason_understood(beside, frozenset(), terminology)
    if not is_understood or has_code_alone(report, terminology):
        found |= {UNREAD_PROSE, MAY_BEAR_ON_SPINE}
    if tells_earlier_fracture(words, terminology):
        found.add(EARLIER)
    return frozenset(found)


def _names_more(words: str, named: frozenset[str], terminology: Terminology) -> bool:
    """Tell if words name a grave thing that is not counted as named."""
    stated = terminology.text_concepts(words, GRAVE)
    return bool((stated | terminology.ruled_out(words, GRAVE)) - named)


def is_unjudged(code: Json, terminology: Terminology) -> bool:
    """Tell if a code may be any diagnosis: nobody has judged it."""
    return terminology.tells("conditions", code) and not terminology.excludes(code)


def left_open_by(codes: Iterable[Json], terminology: Terminology) -> frozenset[str]:
    """Return what codes of diagnoses leave open that are in no value set."""
    found = set[str]()
    for code in codes:
        if not terminology.tells("conditions", code):
            continue
        bare = {"code": {"coding": code.get("coding")}}
        if is_unjudged(code, terminology):
            found.add(UNJUDGED)
        if not (
            is_bystander_problem(bare, terminology)
            or is_plain_fracture(bare, terminology, is_old=False)
        ):
            found.add(MAY_BEAR_ON_SPINE)
    return frozenset(found)


def said_inside(contained: Json) -> Json:
    """Return a contained resource's words: a diagnosis' name, a value's answer."""
    kind = text(contained.get("resourceType"))
    if kind == "Condition" and certainty_of(contained) not in ("denied", "past"):
        return {"code": contained.get("code"), "note": contained.get("note")}
    if kind == "Observation" and text(contained.get("status")) not in VOID:
        return {name: held for name, held in contained.items() if name in ANSWERS}
    return {}


def _words_beside(beside: Iterable[Beside]) -> Iterator[str]:
    for one in beside:
        yield from texts_of(one.code) if one.code else (one.words,)


def _words_of(held: Any) -> Iterator[str]:
    for path, value in leaves_of(held):
        name = path.rpartition(".")[2]
        if (name in WORDED or name == "conclusion") and isinstance(value, str):
            yield value
