"""Keep acts whose title or reason tells of harm, so that a discharge can read them.

An order of an ordinary examination is not kept; "CCT" for "fall", or for the code of an
embolism, is. So is a diagnosis whose notes or evidence tell of it.
"""

from datetime import date

from cds_service.fhir.entries.fractures.bones import OTHER_BONE
from cds_service.fhir.entries.harm.act_words import (
    DONE_OR_ORDERED,
    OPERATED,
    REASONED,
    TITLES,
    course_of,
    evidence_of,
    names_of_reasons,
    sites_and_stages,
    titles_and_reasons,
    titles_of,
    told_beside,
)
from cds_service.fhir.entries.harm.harm_codes import is_harm_coded, is_injury_coded
from cds_service.fhir.entries.harm.harm_words import (
    is_fall_alone,
    is_moved_to_monitors,
    is_worse,
    names_harm,
    tells_of_rescue,
    tells_of_second_operation,
)
from cds_service.fhir.entries.words.problem_words import undenied_parts
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

REPORT = "DiagnosticReport"
# References to what is ordered.
DEVICES = ("codeReference", "itemReference")
# A diagnosis with this is read for its notes and its evidence.
HARM_ASIDE = "harm-in-an-aside"
# Rules of `kinds/`.
REPAIRED = {
    "repair-of-thigh": "hip-fracture",
    "repair-of-pelvis": "pelvic-fracture",
    "repair-of-bone": OTHER_BONE,
}
RESCUE = ("rescue-by-title",)
OF_NECK = ("neck-brace",)
TREATED = ("injury-treated",)


def tells_of_harm(resource: Json, terminology: Terminology) -> bool:
    """Tell if an act names a grave illness by a code, or in words what went wrong.

    Of a report only the coded result counts, and a fall in its title: its other words
    are read as prose. Words of a palsy count, too: a title may be their only place.
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
    if is_neck_brace(resource, terminology) or is_injury_treated(resource, terminology):
        return True
    reasons = [*objects(resource.get("reasonCode")), *course_of(resource)]
    if any(is_injury_coded(one, terminology) for one in reasons):
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
        or stems.falls.is_examined_after_fall(one)
        or is_moved_to_monitors(one, terminology)
        for one in titles
    )
    is_titled = is_titled or has_fallen(resource, terminology)
    return is_titled or any(
        is_worse(one, terminology)
        or names_harm(one, terminology)
        or tells_of_rescue(one, terminology)
        or tells_of_second_operation(one, terminology)
        for one in words
    )


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
            stems.falls.is_fallen(title)
            or stems.falls.is_examined_after_fall(title, since)
            or stems.falls.may_be_of_fall(title, since)
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
    return any(is_injury_coded(one, terminology) for one in evidence) or any(
        is_worse(one, terminology)
        or is_fall_alone(one, terminology)
        or names_harm(one, terminology)
        or tells_of_second_operation(one, terminology)
        for one in filter(None, words)
    )


def bones_repaired_by(act: Json, terminology: Terminology) -> frozenset[str]:
    """Return the bones that a procedure, or an order of one, treats, by their concepts.

    A code or a title names the broken bone or the dislocated joint.
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


def is_injury_treated(act: Json, terminology: Terminology) -> bool:
    """Tell if an act sews a laceration, or puts a splint, a sling or a cast on a limb.

    It may be the only mention of a fall.
    """
    return text(act.get("resourceType")) in DONE_OR_ORDERED and any(
        terminology.kinds.named(part, TREATED)
        for title in titles_of(act)
        for part in undenied_parts(title, terminology)
    )


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


def has_fallen(procedure: Json, terminology: Terminology) -> bool:
    """Tell if a procedure names a fall as its complication or outcome."""
    stems = terminology.grave_stems
    if text(procedure.get("resourceType")) not in OPERATED:
        return False
    told = [
        *objects(procedure.get("complication")),
        *objects(procedure.get("outcome")),
    ]
    return any(
        stems.falls.are_named(part) and not stems.is_prevention(words)
        for one in told
        for words in texts_of(one)
        for part in undenied_parts(words, terminology)
    )
