"""Keep acts whose title or reason tells of harm, so that a discharge can read them.

An order of an ordinary examination is not kept; "CCT" for "fall", or for the code of an
embolism, is. Raw JSON in; junk never raises.
"""

from collections.abc import Iterator
from typing import Any

from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

REPORT = "DiagnosticReport"
REASONED = frozenset({"ServiceRequest", "Procedure", "MedicationRequest"})

OPERATED = frozenset({"ServiceRequest", "Procedure"})
PRESCRIBED = "MedicationRequest"
OTHER_BONE = "other-fracture"
# Rules of `kinds.toml`.
REPAIRED = {
    "repair-of-thigh": "hip-fracture",
    "repair-of-pelvis": "pelvic-fracture",
    "repair-of-bone": OTHER_BONE,
}
RESCUE = ("rescue-by-title",)

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

    Of a report, the coded result counts alone: its words are read as prose.

    Words of a palsy count as well: a title may be the only one that has them.
    """
    kind = text(resource.get("resourceType"))
    if kind == REPORT:
        results = objects(resource.get("conclusionCode"))
        return any(is_harm_coded(one, terminology) for one in results)
    if kind not in REASONED:
        return False
    if bones_repaired_by(resource, terminology) or is_rescue(resource, terminology):
        return True
    codes = terminology.complication_codes
    reasons = objects(resource.get("reasonCode"))
    if any(codes.is_acute(*one) for one in terminology.codings(reasons)):
        return True
    stems = terminology.grave_stems
    return any(
        stems.is_worse(words)
        or stems.is_fallen(words)
        or stems.may_be_of_fall(words)
        or stems.is_emergency(words)
        or stems.has_plain_deficit(words)
        or OF_CORD in stems.concepts_in(words)
        for words in (
            *titles_and_reasons(resource),
            *words_of_prescription(resource, terminology),
        )
    )


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


def words_of_prescription(act: Json, terminology: Terminology) -> list[str]:
    """List the reasons and notes of a prescription, and how its drug is taken.

    What it is to prevent has not come.
    """
    if text(act.get("resourceType")) != PRESCRIBED:
        return []
    reasons = [word for one in objects(act.get("reasonCode")) for word in texts_of(one)]
    told = [*objects(act.get("note")), *objects(act.get("dosageInstruction"))]
    words = [*reasons, *filter(None, (text(one.get("text")) for one in told))]
    is_prevention = terminology.grave_stems.is_prevention
    return [one for one in words if not is_prevention(one)]


def titles_and_reasons(act: Json) -> Iterator[str]:
    """Yield the titles and reasons of an act, and each title with each reason.

    What an examination looks for, its reason may say: "CCT", "fall".
    """
    titles = [word for one in objects(act.get("code")) for word in texts_of(one)]
    reasons = [word for one in objects(act.get("reasonCode")) for word in texts_of(one)]
    yield from dict.fromkeys((*titles, *reasons))
    for title in titles:
        for reason in reasons:
            yield f"{title}: {reason}"
