"""Tell how certain a diagnosis is, and if it is over.

Three things say so: its statuses, the certainty that Germany adds to ICD-10-GM codes,
and the 7th character of an ICD-10-CM code.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

Certainty = Literal["stated", "doubted", "denied", "past"]

# Clinical statuses; `AGAIN` are those of a disease that came back.
AGAIN = frozenset({"recurrence", "relapse"})
ACTIVE = AGAIN | {"active"}
PAST = frozenset({"inactive", "remission", "resolved"})
DENIED = frozenset({"refuted", "entered-in-error"})
DOUBTED = frozenset({"unconfirmed", "provisional", "differential"})
# Words that may be next to a code that denies.
DENIED_IN_WORDS = DENIED | {"entered in error", "ruled out", "excluded"}
# How the code systems of both statuses end: STU3 writes http://hl7.org/fhir/ before.
OF_FHIR = ("/condition-clinical", "/condition-ver-status")
# http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit: G is confirmed.
GERMAN: Mapping[str, Certainty] = {
    "A": "denied",
    "V": "doubted",
    "Z": "past",
    "G": "stated",
}
# as flat files write it: `E11.90 V`, `S22.04V`, `S72.00-VR`
AFTER_CODE = re.compile(
    r"[A-Z]\d\d(?:\.?\d{1,2})?(?P<apart>[\s+*!\u2020#.,-]*)"
    r"[BLR]?(?P<letter>[AVZG])[BLR]?"
)
OF_GERMANY = re.compile(r"(?i)icd-?10-?(?:gm|de)|dimdi|bfarm|1\.2\.276\.")
OF_AMERICA = re.compile(r"(?i)(?:icd|cie)-?10-?(?:cm|us|es)|840\.1\.113883\.6\.90")
# ICD-10-CM 7th character: D, G, K, P are later encounters for a fracture, S its
# sequela; A and B are the present one.
LATER_ENCOUNTER = re.compile(r"\w{3}\.\w{3}[DGKPS]")


def is_later_encounter(code: str) -> bool:
    """Tell if a code, or `system|code`, is of a fracture that was treated before."""
    return LATER_ENCOUNTER.fullmatch(code.rpartition("|")[2]) is not None


def is_sequela(code: str) -> bool:
    """Tell if a code, or `system|code`, is of what a fracture has left."""
    return is_later_encounter(code) and code.endswith("S")


def is_of_sequela(concept: Json) -> bool:
    """Tell if a CodeableConcept has the code of what a fracture has left."""
    codings = objects(concept.get("coding"))
    return any(is_sequela(text(one.get("code"))) for one in codings)


def at_first_visit(code: str) -> str:
    """Return the code of a first visit in place of that of a later one."""
    return f"{code[:-1]}A" if is_later_encounter(code) else code


class Status(NamedTuple):
    """A status, in codes of FHIR, in codes of other systems, and in words."""

    codes: frozenset[str]
    others: frozenset[str]
    words: frozenset[str]


def _status_of(condition: Json, element: str) -> Status:
    """Read one of the two statuses; a code without a system counts as one of FHIR."""
    codes, others, status = set[str](), set[str](), condition.get(element)
    for coding in objects(member(status, "coding")):
        system, code = text(coding.get("system")), text(coding.get("code"))
        is_of_fhir = not system or system.endswith(OF_FHIR)
        (codes if is_of_fhir else others).add(code.strip().lower())
    words = {one.strip().lower() for one in texts_of(status)}
    return Status(*(frozenset(one - {""}) for one in (codes, others, words)))


def clinical_status(condition: Json) -> frozenset[str]:
    """Return the codes of its `clinicalStatus`.

    What any code or word calls active is not over. What only another system calls over
    may go on: its code is not understood.
    """
    codes, others, words = _status_of(condition, "clinicalStatus")
    lasting = (others | words) & ACTIVE
    if lasting or codes & ACTIVE:
        return (codes - PAST) | lasting
    return codes


def lacks_status(condition: Json) -> bool:
    """Tell if no element says that a condition is over, or that it lasts.

    FHIR demands a clinical status of entries of the problem list alone.
    """
    is_stated = any(_status_of(condition, "clinicalStatus"))
    names = (name.removeprefix("_") for name in condition)
    return not is_stated and not any(name.startswith("abatement") for name in names)


def has_unread_status(condition: Json) -> bool:
    """Tell if no element says in terms of FHIR that a condition is over, or lasts.

    A status such as "?" or a site's own code says as little as none.
    """
    codes, others, words = _status_of(condition, "clinicalStatus")
    if (codes | others | words) & (ACTIVE | PAST):
        return False
    names = (name.removeprefix("_") for name in condition)
    return not any(name.startswith("abatement") for name in names)


def certainty_of(condition: Json) -> Certainty:
    """Return how certain a condition is, by its verification status and its codes.

    If they differ, the least certain counts, but what is both denied and stated is in
    doubt. A German letter that denies is chosen by hand, and many systems write
    `confirmed` next to each diagnosis: it denies whatever the status says. The clinical
    status is not asked.
    """
    german = {*_by_extension(condition)}
    if german == {"denied"}:
        return "denied"
    certainties = {*_by_status(condition), *german}
    if "denied" in certainties and len(certainties) > 1:
        return "doubted"
    return next(
        (one for one in ("denied", "doubted", "past") if one in certainties), "stated"
    )


def _by_status(condition: Json) -> Iterator[Certainty]:
    codes, others, words = _status_of(condition, "verificationStatus")
    statuses = codes | others | words
    # What only a code of another system denies is not understood.
    is_denied = bool((codes or words) & DENIED)
    is_confirmed = "confirmed" in statuses
    if is_denied:
        yield "denied"
    if is_confirmed:
        yield "stated"
    if is_denied:
        is_clear = words <= DENIED_IN_WORDS
    else:
        is_clear = is_confirmed and not statuses & DENIED
    if statuses & DOUBTED or (condition.get("verificationStatus") and not is_clear):
        yield "doubted"


def _by_extension(condition: Json) -> Iterator[Certainty]:
    code = condition.get("code")
    code = code if isinstance(code, dict) else {}
    for holder in (condition, code, *objects(code.get("coding"))):
        for extension in objects(holder.get("extension")):
            if "diagnosesicherheit" in text(extension.get("url")).lower():
                yield GERMAN.get(
                    text(member(extension, "valueCoding", "code")).upper(), "doubted"
                )
        yield from _by_letter(holder)


def _by_letter(coding: Json) -> Iterator[Certainty]:
    """Yield what the letter behind a code says.

    Without a space it may be part of a code of ICD-10-CM, such as `F32.A`, which often
    has the URI of ICD-10: it denies only after a German code.
    """
    system = text(coding.get("system"))
    match = AFTER_CODE.fullmatch(text(coding.get("code")).strip().upper())
    if not match:
        return
    is_apart = any(sign.isspace() for sign in match["apart"])
    certainty = GERMAN[match["letter"]]
    if is_apart or OF_GERMANY.search(system):
        yield certainty
    elif not OF_AMERICA.search(system):
        yield "doubted" if certainty == "denied" else certainty
