"""Tell if codes name harm: grave illness now or earlier, a broken bone, a fall."""

from typing import Any

from cds_service.fhir.entries.fractures.bones import FALLS, VERTEBRAL, WORDED
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text

EARLIER = "earlier-illness"


def is_history(resource: Json, terminology: Terminology) -> bool:
    """Tell if a diagnosis is of an earlier infarction, stroke or clot."""
    codes = terminology.complication_codes
    return text(resource.get("resourceType")) == "Condition" and any(
        codes.is_earlier(text(coding.get("code")))
        for coding in objects(member(resource, "code", "coding"))
    )


def is_injury_coded(code: Json, terminology: Terminology) -> bool:
    named = terminology.concepts(code)
    is_injury = not named.isdisjoint(WORDED | FALLS | VERTEBRAL)
    return is_injury or is_acute_coded(code, terminology)


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
