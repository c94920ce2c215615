"""Finds the grave things that the other lists name: reports, orders, drugs, procedures.

A report says "metastasis of T12", an order asks for an MRI because of discitis, a drug
is given for it, a procedure was done for a broken hip. None of this is a diagnosis on
the problem list, but with it nobody may say that there is none.
"""

from collections.abc import Iterator
from typing import Any

from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.gathering.bystanders import (
    is_bystander_problem,
    is_plain_fracture,
)
from cds_service.fhir.gathering.drug_asides import NOT_BESIDE, WORDED, codes_of
from cds_service.fhir.gathering.drugs import MEDICATION_TYPES
from cds_service.fhir.gathering.problem_words import in_doubt, named_in
from cds_service.fhir.gathering.reason_prose import (
    EARLIER,
    is_reason_understood,
    tells_earlier_fracture,
    words_of_reasons,
)
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
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
# A procedure that nobody judged may treat a tumour, or be a dialysis.
UNJUDGED_ACT = "unjudged-procedure"
# And each may be what a brace is for.
MAY_BEAR_ON_SPINE = "may-bear-on-spine"
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
ASIDE_IN_DOUBT = frozenset(map(in_doubt, ASIDE | {UNJUDGED_ACT}))
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
VOID = frozenset(
    {
        *("entered-in-error", "cancelled", "revoked", "registered"),
        *("not-taken", "not-done", "declined"),
    }
)
_SHORT = NOT_BESIDE | {
    *("resourceType", "id", "meta", "status", "intent", "priority", "authoredOn"),
    *("performedDateTime", "effectiveDateTime", "issued", "encounter", "identifier"),
    *("language", "category", "medicationCodeableConcept", "whenHandedOver"),
    *("effectivePeriod", "dateAsserted", "dosage"),
}


def grave_beside(entry: Json, terminology: Terminology) -> frozenset[str]:
    """The grave things that a report, an order, a drug or a procedure names."""
    title = TITLES.get(text(entry.get("resourceType")), "")
    if (
        text(entry.get("status")) in VOID
        or is_prohibition(entry)
        or (
            entry.keys() <= _SHORT and not title  # most entries of most lists
        )
    ):
        return frozenset()
    beside = {name: held for name, held in entry.items() if name not in NOT_BESIDE}
    beside["contained"] = [*map(said_inside, objects(entry.get("contained")))]
    codes = list(codes_of(beside))
    if title:  # what is ordered or given is so for a reason
        codes += objects(entry.get(title))
    coded = terminology.concepts(codes) | _diagnosed(beside, terminology)
    # The name of a harmless code may contain what it looks for: `screening for cancer`.
    told = {
        word
        for one in codes
        if terminology.excludes(one) and not terminology.concepts(one) & GRAVE
        for word in texts_of(one)
    }
    words = dict.fromkeys(word for word in _words_of(beside) if word not in told)
    if title:
        words |= dict.fromkeys(
            word for one in objects(entry.get(title)) for word in texts_of(one)
        )
    # The referral that we offer says "if this is a tumour": a question to its reader.
    others = [word for word in words if not terminology.own_words.fullmatch(word)]
    named = named_in(others, terminology)
    unread = _unread(entry, others, named, terminology)
    return (coded & ASIDE) | (named & GRAVE) | unread


def _unread(
    entry: Json, words: list[str], named: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """What the words of an entry leave open beyond what they name.

    A report has a rule of its own.
    """
    if text(entry.get("resourceType")) == "DiagnosticReport":
        told = tells_earlier_fracture(words, terminology)
        return frozenset({EARLIER}) if told else frozenset()
    own = terminology.own_words
    said = words_of_reasons(entry, terminology)
    reasons = [word for word in said if not own.fullmatch(word)]
    # Elsewhere a grave thing is open that a denial may have swallowed. What is too long
    # to be read may name one.
    is_long = sum(map(len, words)) > LONGEST_TEXT
    swallowed = [
        word for word in words if is_long or _names_more(word, named, terminology)
    ]
    found = set[str]()
    if not is_reason_understood([*reasons, *swallowed], GRAVE, terminology):
        found |= {UNREAD_REASON, MAY_BEAR_ON_SPINE}
    if tells_earlier_fracture(reasons, terminology):
        found.add(EARLIER)
    return frozenset(found)


def _names_more(words: str, named: frozenset[str], terminology: Terminology) -> bool:
    """Tell if words name a grave thing that is not counted as named."""
    stated = terminology.text_concepts(words, GRAVE)
    return bool((stated | terminology.ruled_out(words, GRAVE)) - named)


def is_unjudged(code: Json, terminology: Terminology) -> bool:
    """Tell if a code may be any diagnosis: nobody has judged it."""
    return terminology.tells("conditions", code) and not terminology.excludes(code)


def is_unjudged_act(
    procedure: Json, known: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if a procedure may be the treatment of a tumour, or a dialysis.

    Its code is in a value set or a harmless range, or its words name an operation that
    is read as what it is, or are all known; otherwise nobody knows.

    Args:
        known: what its words name of all procedures that are read.
    """
    code = procedure.get("code")
    is_void = text(procedure.get("status")) in VOID
    is_known = bool(known) or bool(terminology.concepts(code))
    return not (is_void or is_known or is_harmless_act(code, terminology))


def is_harmless_act(code: Any, terminology: Terminology) -> bool:
    """Tell if the code or the words of a procedure are those of a harmless one."""
    acts = terminology.harmless_acts
    codings = [one for each in objects(code) for one in objects(each.get("coding"))]
    codes = [(text(one.get("system")), text(one.get("code"))) for one in codings]
    if any(acts.holds(*one) for one in codes):
        return all(
            acts.holds(*one)
            for one in codes
            if terminology.tells("procedures", {"coding": [_coding(*one)]})
        )
    words = texts_of(code)
    return bool(words) and all(
        acts.is_title(word) or terminology.bystanders.names_act(word) for word in words
    )


def _coding(system: str, code: str) -> Json:
    return {"system": system, "code": code}


def _diagnosed(beside: Json, terminology: Terminology) -> frozenset[str]:
    """Return what is left open by codes of diagnoses that are in no value set."""
    inside = (one.get("code") for one in objects(beside.get("contained")))
    listed = (one for name in DIAGNOSES for one in objects(beside.get(name)))
    found = set[str]()
    for code in (*listed, *(one for one in inside if isinstance(one, dict))):
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


def _words_of(held: Any) -> Iterator[str]:
    for path, value in leaves_of(held):
        name = path.rpartition(".")[2]
        if (name in WORDED or name == "conclusion") and isinstance(value, str):
            yield value
