"""Keep acts whose title or reason tells of harm, so that a discharge can read them.

An order of an ordinary examination is not kept; "CCT" for "fall", or for the code of an
embolism, is. So is a diagnosis whose notes or evidence tell of it.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from cds_service.fhir.entries.fractures.leg_injuries import LEG_BROKEN, leg_injuries
from cds_service.fhir.entries.words.problem_words import named_in, undenied_parts
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, folded
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

REPORT = "DiagnosticReport"
# A drug is no act: what it is for may be known for years.
DRUGS = frozenset(
    {"MedicationRequest", "MedicationAdministration", "MedicationStatement"}
)
DONE_OR_ORDERED = frozenset(
    {"ServiceRequest", "Procedure", "DeviceRequest", "SupplyRequest", "ImagingStudy"}
)
REASONED = DRUGS | DONE_OR_ORDERED
TITLES = ("code", "codeCodeableConcept", "itemCodeableConcept", "procedureCode")

# References to what is ordered.
DEVICES = ("codeReference", "itemReference")
OPERATED = frozenset({"ServiceRequest", "Procedure"})
# What an act says of how it went, and of what was ordered.
COURSE = ("complication", "outcome", "followUp", "statusReason", "orderDetail")
OTHER_BONE = "other-fracture"
FALLS = frozenset({"fall", "fall-from-height"})
# Bones that carry the body: with one of them broken, nobody is sent home to walk.
CARRYING = frozenset(
    {
        "hip-fracture",
        "pelvic-fracture",
        "femur-fracture-unstated",
        "femur-shaft-fracture",
        "atypical-femur-fracture",
    }
)
BROKEN = CARRYING | {OTHER_BONE, "injury-elsewhere"}
# Bones that only words name so closely, and the neck, of which no vertebra is treated.
WORDED = BROKEN | {"rib-fracture", "arm-fracture", "leg-fracture", "cervical-fracture"}
VERTEBRAL = frozenset({"vertebral-fracture", "osteoporotic-vertebral-fracture"})
# A diagnosis with this is read for its notes and its evidence.
HARM_ASIDE = "harm-in-an-aside"
# Rules of `kinds.toml`.
REPAIRED = {
    "repair-of-thigh": "hip-fracture",
    "repair-of-pelvis": "pelvic-fracture",
    "repair-of-bone": OTHER_BONE,
}
RESCUE = ("rescue-by-title",)
ILLNESS = ("illness-since",)
AGAIN = ("fracture-again",)
THERAPY = frozenset({"rehabilitation"})
LONG_STANDING = ("long-standing",)
NEW, OF_NERVES = ("newly-begun",), ("nerve-root", "gait-trouble")
MOVED = ("moved-to-monitors",)
OF_NECK = ("neck-brace",)
# What is left of "new-onset" and "neu aufgetreten" without the word for new.
_ONSET = re.compile(r"\W?\bonset(?: of)?\b|\baufgetreten\w*")
# What is taken if it comes has not come.
_AS_NEEDED = re.compile(
    r"\bprn\b|\bas (?:needed|required)\b|\bb\. ?bed\b|bedarf|\bsi besoin|\ba demanda\b"
    r"|\bal bisogno|\bzo nodig|\bdoraznie|頓[用服]|필요 ?시|必要时"
)
_BRACKETED = re.compile(r"[(（]([^()（）]+)[)）]")
_DIVIDED = re.compile(r"[,;、，；]")
_JOINED = re.compile(r"\s(?:and|und|sowie|plus|et|y|e|en|i|oraz)\s|[+&和及]")
LONG_PAST = "long-past"  # a rule of `kinds.toml`
_LETTER = re.compile(r"[^\W\d_]")

EARLIER = "earlier-illness"
OF_CORD = "spinal-cord-disease"


def is_history(resource: Json, terminology: Terminology) -> bool:
    """Tell if a diagnosis is of an infarction, a stroke or a clot of before."""
    codes = terminology.complication_codes
    return text(resource.get("resourceType")) == "Condition" and any(
        codes.is_earlier(text(coding.get("code")))
        for coding in objects(member(resource, "code", "coding"))
    )


def tells_of_harm(resource: Json, terminology: Terminology) -> bool:
    """Tell if an act names a grave illness by a code, or in words what went wrong.

    Of a report, the coded result counts, and that its title tells of a fall: its other
    words are read as prose.

    Words of a palsy count as well: a title may be the only one that has them.
    """
    kind = text(resource.get("resourceType"))
    if kind == REPORT:
        results = objects(resource.get("conclusionCode"))
        return is_titled_after_fall(resource, terminology) or any(
            is_harm_coded(one, terminology) for one in results
        )
    if kind not in REASONED:
        return False
    if bones_repaired_by(resource, terminology) or is_rescue(resource, terminology):
        return True
    if is_neck_brace(resource, terminology):
        return True
    reasons = [*objects(resource.get("reasonCode")), *course_of(resource)]
    if any(_is_injury_coded(one, terminology) for one in reasons):
        return True
    words = [
        *titles_and_reasons(resource),
        *names_of_reasons(resource),
        *told_beside(resource, terminology),
    ]
    titles = titles_of(resource)
    stems = terminology.grave_stems
    is_titled = any(
        is_fall_alone(one, terminology)
        or stems.is_rescue_called(one)
        or stems.is_examined_after_fall(one)
        or is_moved_to_monitors(one, terminology)
        for one in titles
    )
    is_titled = is_titled or has_fallen(resource, terminology)
    return is_titled or any(
        _is_worse(one, terminology) or _names_harm(one, terminology) for one in words
    )


def is_moved_to_monitors(title: str, terminology: Terminology) -> bool:
    """Tell if a title is of a move to intensive care, or to a bed with a monitor."""
    return bool(terminology.kinds.named(title, MOVED))


def is_titled_after_fall(
    report: Json, terminology: Terminology, since: date | None = None
) -> bool:
    """Tell if the title of a report is of an examination for a fall in the stay.

    Args:
        report: a report, of imaging or another.
        terminology: the service's terminology.
        since: the day of the operation; without it no day says anything.
    """
    stems = terminology.grave_stems
    return any(
        not stems.is_prevention(title)
        and (
            stems.is_fallen(title)
            or stems.is_examined_after_fall(title, since)
            or stems.may_be_of_fall(title, since)
        )
        for title in texts_of(report.get("code"))
    )


def asides_tell_harm(condition: Json, terminology: Terminology) -> bool:
    """Tell if notes, evidence, sites or stages of a diagnosis name what went wrong."""
    if text(condition.get("resourceType")) != "Condition":
        return False
    evidence = [*evidence_of(condition), *sites_and_stages(condition)]
    notes = [text(one.get("text")) for one in objects(condition.get("note"))]
    words = [*notes, *(word for one in evidence for word in texts_of(one))]
    return any(_is_injury_coded(one, terminology) for one in evidence) or any(
        _is_worse(one, terminology)
        or is_fall_alone(one, terminology)
        or _names_harm(one, terminology)
        for one in filter(None, words)
    )


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


def _is_injury_coded(code: Json, terminology: Terminology) -> bool:
    named = terminology.concepts(code)
    is_injury = not named.isdisjoint(WORDED | FALLS | VERTEBRAL)
    return is_injury or is_acute_coded(code, terminology)


def _is_worse(words: str, terminology: Terminology) -> bool:
    stems = terminology.grave_stems
    return (
        stems.is_worse(words)
        or stems.is_fallen(words)
        or stems.may_be_of_fall(words)
        or stems.is_emergency(words)
        or stems.has_plain_deficit(words)
        or OF_CORD in stems.concepts_in(words)
    )


def _names_harm(words: str, terminology: Terminology) -> bool:
    is_broken = bones_in_words(words, terminology) or terminology.kinds.named(
        words, AGAIN
    )
    named = named_in([words], terminology)
    is_vertebra = not named.isdisjoint(VERTEBRAL)
    return bool(is_broken or is_vertebra or illnesses_in_words(words, terminology))


def bones_in_words(words: str, terminology: Terminology) -> frozenset[str]:
    """Return the broken bones outside the spine that words name and do not deny."""
    bones = named_in([words], terminology) & WORDED
    return bones | leg_injuries({"text": words}, terminology) & {LEG_BROKEN}


def illnesses_in_words(words: str, terminology: Terminology) -> frozenset[str]:
    """Return the grave illnesses that words name, as they are called there.

    An illness that is to be prevented is none of them, nor is one to be ruled out.
    """
    found = set[str]()
    plain, kinds = terminology.plain.complications_named, terminology.kinds
    stems = terminology.grave_stems
    for part in undenied_parts(words[:LONGEST_TEXT], terminology):
        is_lasting = bool(kinds.named(part, LONG_STANDING))
        is_lasting = is_lasting and not joins_what_is_new(part, terminology)
        if is_lasting or stems.is_prevention(part) or stems.is_searched(part):
            continue
        named = (one for one in plain.words_in(part) if not stems.is_lasting_name(one))
        found.update(named)
        if kinds.named(part, ILLNESS) or _is_new_and_seldom(part, terminology):
            found.add(part.strip(" .?!"))
    return frozenset(found)


def _is_new_and_seldom(words: str, terminology: Terminology) -> bool:
    """Tell if words call new what is not everyday when it is: "new heart failure".

    A nerve root and trouble with walking are everyday next to a broken vertebra, unless
    they are new.
    """
    kinds = terminology.kinds
    if not kinds.named(words, NEW):
        return False
    if kinds.named(words, OF_NERVES):
        return True
    return terminology.harmless.is_harm(_ONSET.sub(" ", kinds.without(words, NEW[0])))


def reasons_in_title(title: str, terminology: Terminology) -> list[str]:
    """Return what a title gives as its reason, or the title if it is no act.

    "Stroke unit" and "sepsis protocol" are what is done, "stroke" is why, and so are
    "suspected stroke" and "new gait disturbance". A therapy after a stroke does not say
    that it is of this stay.
    """
    plain = folded(title[:LONGEST_TEXT])
    if terminology.text_concepts(plain, THERAPY):
        return []
    why = terminology.grave_stems.reasons_after(plain)
    kinds = terminology.kinds
    is_new = kinds.named(plain, NEW) and kinds.named(plain, OF_NERVES)
    if is_new or terminology.clauses.without_suspicion(plain) != plain:
        return [*why, title]
    # What stands next to it in a list of diagnoses: "stroke, hypertension".
    everyday = terminology.everyday_diseases
    listed = [one for one in _DIVIDED.split(plain) if not everyday.read(one)]
    rest = ", ".join(listed) or plain
    for name in terminology.plain.complications_named.words_in(plain):
        rest = rest.replace(name, " ")
    rest = kinds.without(rest, ILLNESS[0])
    return why if _LETTER.search(rest) else [*why, title]


def is_fall_alone(title: str, terminology: Terminology) -> bool:
    """Tell if a title has no other words than those of a fall: "Sturzereignis"."""
    return terminology.grave_stems.is_fall_alone(title)


def is_acute_coded(code: Any, terminology: Terminology) -> bool:
    """Tell if a code names grave illness."""
    listed = terminology.complication_codes
    return any(listed.is_acute(*one) for one in terminology.codings(code))


def is_harm_coded(code: Any, terminology: Terminology) -> bool:
    """Tell if a code names grave illness, or is neither everyday nor in a value set."""
    listed, codings = terminology.complication_codes, terminology.codings(code)
    if any(listed.is_acute(*one) or listed.is_seldom(*one) for one in codings):
        return True
    is_unlisted = any(listed.is_unlisted(*one) for one in codings)
    return is_unlisted and not terminology.concepts(code)


def bones_repaired_by(act: Json, terminology: Terminology) -> frozenset[str]:
    """Return what a procedure, or an order of one, treats: a bone, by its concept.

    A broken bone or a dislocated joint, by a code or by a title.
    """
    if text(act.get("resourceType")) not in OPERATED:
        return frozenset()
    codes = terminology.complication_codes
    coded = (codes.repaired_bone(*one) for one in terminology.codings(act.get("code")))
    worded = (
        REPAIRED[name]
        for title in texts_of(act.get("code"))
        for name in terminology.kinds.named(title, tuple(REPAIRED))
    )
    bones = frozenset(filter(None, (*coded, *worded)))
    # "Open treatment of femoral fracture" names a bone, and a fracture of any.
    return bones - {OTHER_BONE} or bones


def is_neck_brace(act: Json, terminology: Terminology) -> bool:
    """Tell if an act orders or fits a rigid brace of the neck, which may be broken."""
    if text(act.get("resourceType")) not in DONE_OR_ORDERED:
        return False
    codes = terminology.complication_codes
    titles = [one for name in TITLES for one in objects(act.get(name))]
    if any(codes.is_neck_brace(*one) for one in terminology.codings(titles)):
        return True
    names = [word for title in titles for word in texts_of(title)]
    names += [text(member(act, name, "display")) for name in DEVICES]
    return any(terminology.kinds.named(one, OF_NECK) for one in names if one)


def is_rescue(act: Json, terminology: Terminology) -> bool:
    """Tell if a procedure is for a catastrophe, or another operation of the spine."""
    if text(act.get("resourceType")) != "Procedure":
        return False
    codes = terminology.complication_codes
    is_coded = any(
        codes.is_rescue(*one) for one in terminology.codings(act.get("code"))
    )
    return is_coded or any(
        terminology.kinds.named(part, RESCUE)
        for title in texts_of(act.get("code"))
        for part in undenied_parts(title, terminology)
    )


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
    return [terminology.grave_stems.without_conditions(one) for one in words if one]


def has_fallen(procedure: Json, terminology: Terminology) -> bool:
    """Tell if a procedure names a fall as its complication, or as how it went."""
    stems = terminology.grave_stems
    if text(procedure.get("resourceType")) not in OPERATED:
        return False
    told = [
        *objects(procedure.get("complication")),
        *objects(procedure.get("outcome")),
    ]
    return any(
        stems.names_fall(part) and not stems.is_prevention(words)
        for one in told
        for words in texts_of(one)
        for part in undenied_parts(words, terminology)
    )


def told_beside(act: Json, terminology: Terminology) -> list[str]:
    """List what an act says besides its title and reasons, in notes and dosages.

    How it went counts too. What it is to prevent has not come, nor what a dosage says
    that it may do. Of the name of a drug this is what it is for: "Apixaban for DVT".
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
        *map(stems.without_conditions, instructions),
        *_purposes_of_drug(act, terminology),
        *_told_of_course(act, terminology),
    ]
    return [one for one in words if one.strip() and not stems.is_prevention(one)]


def _purposes_of_drug(act: Json, terminology: Terminology) -> list[str]:
    """List what the name of a drug says that it is for, unless it prevents that.

    "Z.n. Schlaganfall" is of before, and what is taken for it is taken for good.
    """
    stems = terminology.grave_stems
    titles = [
        stems.without_conditions(title)
        for title in texts_of(act.get("medicationCodeableConcept"))
        if not stems.is_prevention(title) and not _AS_NEEDED.search(folded(title))
    ]
    in_brackets = (one for title in titles for one in _BRACKETED.findall(title))
    purposes = [
        *(one for title in titles for one in stems.reasons_after(title)),
        *in_brackets,
    ]
    return [one for one in purposes if not _is_of_before(one, terminology)]


def _is_of_before(purpose: str, terminology: Terminology) -> bool:
    """Tell if each part of a purpose is called one of the past.

    Joined to it may be what is new: "Z.n. TVT und akute LAE".
    """
    parts = [part for part in _DIVIDED.split(purpose) if part.strip()]
    return bool(parts) and all(
        terminology.kinds.of_title(part, (LONG_PAST,))
        and not joins_what_is_new(part, terminology)
        for part in parts
    )


def joins_what_is_new(words: str, terminology: Terminology) -> bool:
    """Tell if what is called new is joined to other words: "old and new DVT".

    "Old DVT, newly on apixaban" joins nothing that is new.
    """
    kinds = terminology.kinds
    return any(
        kinds.of_title(one, NEW) and not kinds.of_title(one, (LONG_PAST,))
        for one in _JOINED.split(words)
    )


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
