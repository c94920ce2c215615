"""Find what titles of orders and exams ask, and what those of braces tell of."""

from cds_service.fhir.entries.grave.grave_concepts import (
    GRAVE,
    MAY_BEAR_ON_SPINE,
    UNREAD_PROSE,
    UNREAD_REASON,
)
from cds_service.fhir.entries.grave.searches import ORDERS
from cds_service.fhir.entries.words.unread_in_reasons import is_reason_understood
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

# The elements that say what is ordered, and what words next to a brace tell of.
ORDERED = ("code", "codeCodeableConcept", "itemCodeableConcept")
BRACE = frozenset({"brace"})
UNSTABLE = ("unstable-in-brace",)
ASKING = frozenset({"DiagnosticReport", "ServiceRequest", "ImagingStudy"})
# Words by which a title asks for something, and short names of what is grave.
ASKED_IN_TITLE = frozenset({"asked-in-title"})
GRAVE_IN_TITLE = frozenset({"grave-in-title"})


def asked_in_title(
    entry: Json, titles: list[Json], terminology: Terminology
) -> frozenset[str]:
    """Return what is open if a title of an order or exam asks, and is not understood.

    "MRI r/o OM" asks for an infection as a reason does. What is asked about must be
    plain: "MRI ?fracture L1" is.

    Args:
        entry: a report, order or imaging study; no other title is read here.
        titles: the codes that are its title.
        terminology: the service's terminology.
    """
    kind = text(entry.get("resourceType"))
    if kind not in ASKING:
        return frozenset()
    named = [*titles, *objects(entry.get("procedureCode"))]
    words = [word for code in named for word in texts_of(code)]
    words.append(text(entry.get("description")))
    if not any(_leaves_open(word, terminology) for word in words):
        return frozenset()
    unread = UNREAD_PROSE if kind == "DiagnosticReport" else UNREAD_REASON
    return frozenset({unread, MAY_BEAR_ON_SPINE})


def _leaves_open(title: str, terminology: Terminology) -> bool:
    """Tell if a title has a short name of a grave thing, or asks what is unclear."""
    if terminology.own_words.fullmatch(title):
        return False
    if terminology.text_concepts(title, GRAVE_IN_TITLE):
        return True
    if not terminology.text_concepts(title, ASKED_IN_TITLE):
        return False
    asked = terminology.clauses.without_suspicion(title)
    return not is_reason_understood([asked], GRAVE, terminology)


def unstable_in_brace(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return `unstable-fracture` if the title of a brace order tells of one.

    "Unstable" or "type B" alone may be of an angina or an ankle in any other title.
    """
    if text(entry.get("resourceType")) not in ORDERS:
        return frozenset()
    codes = [code for name in ORDERED for code in objects(entry.get(name))]
    words = [word for code in codes for word in texts_of(code)]
    words.append(text(member(entry, "codeReference", "display")))
    if not any(terminology.kinds.named(word, UNSTABLE) for word in words):
        return frozenset()
    is_brace = not BRACE.isdisjoint(terminology.concepts(codes)) or any(
        terminology.text_concepts(word, BRACE) for word in words
    )
    return frozenset({"unstable-fracture"} if is_brace else ())
