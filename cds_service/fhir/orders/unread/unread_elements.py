"""Name the elements of an order that need no reading, whatever it orders.

Which module asks if an order was read whole depends on what it orders:

- a brace: `unread_in_brace.py`
- the augmentation: `unread_in_augmentation.py`
- a review, a biopsy or rehabilitation: `unread_in_referral.py`
- anything else next to an augmentation: `../injuries/bystander_orders.py`

All walk the order with `fhir/leaves.py`, and in all of them everything counts as not
read until a rule names its element. The rules differ, since the harm of a mistake
differs: an unread note may forbid to shorten a brace, but adds nothing to a blood
count.
"""

import re
from collections.abc import Sequence
from typing import Any

from cds_service.fhir.raw_json import truth

# By FHIR's definition these say who wrote it, when, for whom and by which number, and
# nothing of what is ordered, how long or why.
OF_ANY_ORDER = frozenset(
    {
        "resourceType",
        "id",
        "meta",
        "language",
        "status",
        "intent",
        "priority",
        "identifier",
        "requisition",
        "groupIdentifier",
        "subject",
        "encounter",
        "authoredOn",
        "requester",
        "insurance",
        "performer",
        "performerType",
        "locationCode",
        "locationReference",
    }
)
# The same, with references to other resources, whose names are read elsewhere.
_BY_RULE = OF_ANY_ORDER | {
    "note.time",
    "note.authorReference",
    "note.authorString",
    "codeReference.reference",
    "codeReference.type",
    "codeReference.identifier",
    "relevantHistory.reference",
    "relevantHistory.type",
    "relevantHistory.identifier",
    "replaces.reference",
    "replaces.type",
    "replaces.identifier",
    "priorRequest.reference",
    "priorRequest.type",
    "priorRequest.identifier",
}
# Elements that may change the meaning of any element that holds them.
_ADDED = frozenset({"extension", "modifierExtension", "contained", "implicitRules"})

# Paths of the words of a code.
CODE_WORDS = re.compile(r"(?:text|display)$")

# Names of elements for the log and a card: those of R4, never a key that an author made
# up.
NAMES = frozenset(
    {
        "asNeededBoolean",
        "asNeededCodeableConcept",
        "basedOn",
        "bodySite",
        "category",
        "code",
        "codeCodeableConcept",
        "codeReference",
        "contained",
        "doNotPerform",
        "extension",
        "implicitRules",
        "instantiatesCanonical",
        "instantiatesUri",
        "modifierExtension",
        "note",
        "occurrenceDateTime",
        "occurrencePeriod",
        "occurrenceTiming",
        "orderDetail",
        "parameter",
        "patientInstruction",
        "quantityQuantity",
        "quantityRange",
        "quantityRatio",
        "reasonCode",
        "reasonReference",
        "specimen",
        "supportingInfo",
        "text",
    }
)
OTHER = "other"


def name_of(path: str) -> str:
    """Return the name of a path's element for a card and the log."""
    name = path.partition(".")[0].removeprefix("_")
    if name in NAMES:
        return name
    return "extension" if is_added(path.split(".")) else OTHER


def is_added(parts: Sequence[str]) -> bool:
    """Tell if a path leads through an element that was added to R4's own."""
    return bool(_ADDED.intersection(parts)) or any(
        part.startswith("_") for part in parts
    )


def is_element_read(path: str, value: Any) -> bool:
    """Tell if an element needs no reading, by FHIR's definition.

    It says who, when or by which number, or that the order is no prohibition.
    """
    parts = path.split(".")
    if is_added(parts):
        return False
    if parts[-1] == "id" or any(
        ".".join(parts[:depth]) in _BY_RULE for depth in range(1, len(parts) + 1)
    ):
        return True
    return path == "doNotPerform" and truth(value) is False
