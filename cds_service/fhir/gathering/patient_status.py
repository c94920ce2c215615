"""Tell if the Patient of a record is still in use, and what replaced it."""

from cds_service.fhir.element_names import MODIFIERS
from cds_service.fhir.raw_json import Json, member, objects, text, truth
from cds_service.protocol.messages import is_fhir_id

MODIFIED = "The Patient has an extension that may change what the record means."


def doubt_of(patient: Json) -> str:
    """Say why a Patient's record may be incomplete or mean another; empty if not."""
    if not MODIFIERS.isdisjoint(patient):
        return MODIFIED
    if not is_replaced(patient):
        return ""
    into = replacement_of(patient) or "another"
    return (
        f"This patient's record was merged into {into}; only the one that the request"
        " names was read."
    )


def is_replaced(patient: Json) -> bool:
    """Tell if a raw Patient was merged into another."""
    return any(map(_is_replacement, objects(patient.get("link"))))


def _is_replacement(link: Json) -> bool:
    """Tell if a link leads to the Patient that replaced this one, in any writing."""
    kind = text(link.get("type")).strip().lower()
    return kind.replace("_", "-").replace(" ", "-") == "replaced-by"


def replacement_of(patient: Json) -> str:
    """Return `Patient/<id>` of the Patient that replaced it; empty if none is clear."""
    links = filter(_is_replacement, objects(patient.get("link")))
    names = (
        text(member(link, "other", "reference")).partition("/_history/")[0].split("/")
        for link in links
    )
    return next(
        (
            f"Patient/{name[-1]}"
            for name in names
            if name[-2:-1] == ["Patient"] and is_fhir_id(name[-1])
        ),
        "",
    )


def why_closed(patient: Json) -> str:
    """Say why nothing new belongs in a raw Patient's record; empty if it is in use."""
    if is_replaced(patient):
        return f"was merged into {replacement_of(patient) or 'another'}"
    if truth(patient.get("active")) is False:
        return "is not in use any more (active = false)"
    return ""
