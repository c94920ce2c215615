"""The orders of one signing: `context.draftOrders` as raw JSON, whatever came, and what its references lead to.

Drafts may be unknown to the FHIR server, so that nothing here is ever read back by id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhir.raw_json import member, objects, text

# Statuses of R4, STU3 and DSTU2 orders that are not, or no longer, to be carried out.
OVER = frozenset(
    {"completed", "entered-in-error", "revoked", "cancelled", "rejected", "stopped", "aborted", "not-done", "ended"}
)
_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?$")
_BARE_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class Draft:
    """One order.

    Attributes:
        reference: `ServiceRequest/1`; without an id the address in the bundle, or its place.
    """

    reference: str
    resource: Mapping[str, Any]

    @property
    def type(self) -> str:
        return text(self.resource.get("resourceType"))


@dataclass(frozen=True, slots=True)
class DraftOrders:
    """All orders of a signing, and the resources that came with them."""

    drafts: tuple[Draft, ...]
    by_reference: Mapping[str, Mapping[str, Any]]

    def resolve(self, reference: Any, within: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The resource a Reference (raw JSON) of this order leads to, inside the order or the bundle."""
        address = text(member(reference, "reference"))
        if address.startswith("#"):
            contained = objects(within.get("contained"))
            return next((one for one in contained if f"#{text(one.get('id'))}" == address), None)
        return self.by_reference.get(address) or self.by_reference.get(_relative(address))

    def find(self, reference: str) -> Mapping[str, Any] | None:
        """The one order of the bundle itself that has this reference; None where several have it."""
        found = [draft.resource for draft in self.drafts if draft.reference == reference]
        return found[0] if len(found) == 1 and "#" not in reference else None


def read_drafts(draft_orders: Any) -> DraftOrders:
    """The orders of `context.draftOrders`; none for anything that is no Bundle with entries. Never raises."""
    entries = objects(member(draft_orders, "entry"))
    known: dict[str, Mapping[str, Any]] = {}
    drafts: list[Draft] = []
    for place, entry in enumerate(entries):
        resource, full_url = entry.get("resource"), text(entry.get("fullUrl"))
        if isinstance(resource, dict) and text(resource.get("resourceType")):
            reference = _reference_of(resource, full_url, place)
            known.setdefault(reference, resource)
            known.setdefault(full_url, resource)
            drafts += _with_contained(Draft(reference, resource))
    known.pop("", None)
    return DraftOrders(tuple(sorted(drafts, key=lambda draft: draft.reference)), known)


def _with_contained(draft: Draft) -> Iterator[Draft]:
    """The order, and the orders inside a RequestGroup: a contained resource of any other order is no order."""
    yield draft
    if draft.type == "RequestGroup" and is_to_be_done(draft.resource):
        for place, contained in enumerate(objects(draft.resource.get("contained"))):
            if text(contained.get("resourceType")):
                yield Draft(f"{draft.reference}#{text(contained.get('id')) or place}", contained)


def _reference_of(resource: Mapping[str, Any], full_url: str, place: int) -> str:
    kind, found = text(resource.get("resourceType")), text(resource.get("id"))
    return f"{kind}/{found}" if found else full_url or f"{kind} (entry {place + 1})"


def _relative(address: str) -> str:
    found = _REFERENCE.search(address)
    return f"{found[1]}/{found[2]}" if found else ""


def is_to_be_done(resource: Mapping[str, Any]) -> bool:
    """Whether an order asks for something: not withdrawn, not over, not an order *against* it."""
    status = resource.get("status")
    return resource.get("doNotPerform") not in (True, "true") and not (isinstance(status, str) and status in OVER)


def is_of_patient(resource: Mapping[str, Any], patient_id: str) -> bool:
    """Whether an order is this patient's; one that names nobody by reference is taken as the request's."""
    references = (member(resource.get(key), "reference") for key in ("subject", "patient"))
    return all(_may_be(text(reference).strip(), patient_id.removeprefix("Patient/")) for reference in references)


def _may_be(reference: str, patient_id: str) -> bool:
    if not reference or reference.startswith(("#", "urn:")):
        return True  # names no id that could be compared
    found = _REFERENCE.search(reference)
    if found:
        return (found[1], found[2]) == ("Patient", patient_id)
    return _BARE_ID.fullmatch(reference) is None or reference == patient_id


def codeables(resource: Mapping[str, Any], *keys: str) -> list[Mapping[str, Any]]:
    """The CodeableConcepts under these keys, whether each is one or a list."""
    return [codeable for key in keys for codeable in objects(resource.get(key))]
