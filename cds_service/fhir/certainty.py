"""Tell how certain a diagnosis is, and if it is over.

Three things say so: its statuses, the certainty that Germany adds to ICD-10-GM codes,
and the 7th character of an ICD-10-CM code.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

Certainty = Literal["stated", "doubted", "denied", "past"]

ACTIVE = frozenset({"active", "recurrence", "relapse"})
PAST = frozenset({"inactive", "remission", "resolved"})
DENIED = frozenset({"refuted", "entered-in-error"})
DOUBTED = frozenset({"unconfirmed", "provisional", "differential"})
# http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit: G is confirmed.
GERMAN: Mapping[str, Certainty] = {
    "A": "denied",
    "V": "doubted",
    "Z": "past",
    "G": "stated",
}
# as flat files write it: `E11.90 V`
AFTER_CODE = re.compile(r"[A-Z]\d\d(?:\.\d{1,2})?[+*!\u2020]?\s+([AVZG])")
# ICD-10-CM 7th character: D, G, K, P are later encounters for a fracture, S its
# sequela; A and B are the present one.
LATER_ENCOUNTER = re.compile(r"\w{3}\.\w{3}[DGKPS]")


def is_later_encounter(code: str) -> bool:
    """Tell if a code, or `system|code`, is of a fracture that was treated before."""
    return LATER_ENCOUNTER.fullmatch(code.rpartition("|")[2]) is not None


def clinical_status(condition: Json) -> set[str]:
    """Return the codes of its `clinicalStatus`, of whatever code system."""
    return {
        text(coding.get("code"))
        for coding in objects(member(condition, "clinicalStatus", "coding"))
    }


def lacks_status(condition: Json) -> bool:
    """Tell if no element says that a condition is over, or that it lasts.

    FHIR demands a clinical status of entries of the problem list alone.
    """
    is_stated = clinical_status(condition) or texts_of(condition.get("clinicalStatus"))
    names = (name.removeprefix("_") for name in condition)
    return not is_stated and not any(name.startswith("abatement") for name in names)


def certainty_of(condition: Json) -> Certainty:
    """Return how certain a condition is, by its verification status and its codes.

    If they differ, the least certain counts. The clinical status is not asked.
    """
    certainties = {*_by_status(condition), *_by_extension(condition)}
    return next(
        (one for one in ("denied", "doubted", "past") if one in certainties), "stated"
    )


def _by_status(condition: Json) -> Iterator[Certainty]:
    status = condition.get("verificationStatus")
    written = [
        *texts_of(status),
        *(text(coding.get("code")) for coding in objects(member(status, "coding"))),
    ]
    words = {one.strip().lower() for one in written}
    if words & DENIED:
        yield "denied"
    if words & DOUBTED or (status and "confirmed" not in words):
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
        if match := AFTER_CODE.fullmatch(text(holder.get("code")).strip()):
            yield GERMAN[match[1]]
