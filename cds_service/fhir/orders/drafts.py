"""The orders of one signing: `context.draftOrders` as raw JSON, whatever came, and what its references lead to.

Drafts may be unknown to the FHIR server, so that nothing here is ever read back by id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from gc import get_referents
from typing import Any

from cds_service.core.facts import RecordState
from cds_service.deadline import Deadline
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.raw_json import member, objects, text
from cds_service.fhir.references import Targets, contained_in, last_name

# Statuses of R4, STU3 and DSTU2 orders that are not, or no longer, to be carried out.
OVER = frozenset(
    {"completed", "entered-in-error", "revoked", "cancelled", "rejected", "stopped", "aborted", "not-done", "ended"}
)
ORDERED = ("Request", "Order", "Prescription")  # how the types of orders are called
MOST_INSIDE = 100  # orders inside groups, of one signing
MOST_PARTS = 4000  # values of one order; a long one has a hundred
LONGEST_LIST = 50  # of an order with more than that


@dataclass(frozen=True, slots=True)
class Draft:
    """One order.

    Attributes:
        reference: `ServiceRequest/1`; without an id the address in the bundle, or its place.
        resource: as it is read: of one of more than `MOST_PARTS` values each list is cut.
        source: as it came, where a correction of it would reach it and no other order: it is an entry of the bundle,
            its reference stands once, and nothing of it was cut.
    """

    reference: str
    resource: Mapping[str, Any]
    source: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def type(self) -> str:
        return text(self.resource.get("resourceType"))


@dataclass(frozen=True, slots=True)
class DraftOrders:
    """All orders of a signing, and the resources that came with them.

    Attributes:
        drafts: orders that are plainly the patient's.
        others: those that are not: of another patient, of nobody, or of somebody who is not named plainly.
        person: whose they are; None where that was settled before.
        cut: what was read of parts that are too long, as phrases.
        referred: what they refer to elsewhere on the patient's server, by name (`referred.py`).
    """

    drafts: tuple[Draft, ...]
    others: tuple[Draft, ...]
    person: Person | None
    targets: Targets
    cut: tuple[str, ...] = ()
    deadline: Deadline | None = None
    referred: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def each(self) -> Iterator[Draft]:
        """The patient's orders that ask for something, while there is time."""
        yield from self._in_time(self.drafts)

    def each_other(self) -> Iterator[Draft]:
        """All other orders that ask for something, while there is time."""
        yield from self._in_time(self.others)

    def resolve(self, references: Sequence[Any], within: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """What these References (raw JSON) of an order lead to, inside the order or the bundle, and not another's."""
        contained = contained_in(within)
        found = []
        for reference in references:
            address = text(member(reference, "reference"))
            one = contained.get(address) if address.startswith("#") else self._find(address)
            if one is not None and not (self.person and self.person.is_foreign(one)):
                found.append(one)
        return found

    def _find(self, address: str) -> Mapping[str, Any] | None:
        found = self.targets.find(address)
        return self.referred.get(self.person.bases.name_of(address)) if found is None and self.person else found

    def _in_time(self, drafts: Sequence[Draft]) -> Iterator[Draft]:
        for draft in drafts:
            if self.deadline is not None:
                self.deadline.check()
            if is_to_be_done(draft.resource):
                yield draft


def read_drafts(draft_orders: Any, person: Person, deadline: Deadline | None = None) -> DraftOrders:
    """The orders of `context.draftOrders`; none for anything that is no Bundle with entries.

    Args:
        draft_orders: raw JSON, whatever came.
        person: the patient of the request.
        deadline: of the answer; None where nobody waits.
    """
    known: list[tuple[Mapping[str, Any], str | None]] = []
    drafts: list[Draft] = []
    cut: list[str] = []
    counted: Counter[str] = Counter()
    long = 0
    for place, entry in enumerate(objects(member(draft_orders, "entry"))):
        source, full_url = entry.get("resource"), text(entry.get("fullUrl"))
        if isinstance(source, dict) and text(source.get("resourceType")):
            resource = source if _count(source) <= MOST_PARTS else _shortened(source)
            reference = _reference_of(source, full_url, place)
            known.append((resource, full_url))
            counted.update({_name(source), last_name(full_url)})
            drafts.append(Draft(reference, resource, source if resource is source else None))
            long += resource is not source
    inside = [(one, draft.resource) for draft in drafts for one in _orders_inside(draft)]
    if long:
        cut.append(f"of each list in {long} long orders the first {LONGEST_LIST}")
    if len(inside) > MOST_INSIDE:
        cut.append(f"of {len(inside)} orders inside groups the first {MOST_INSIDE}")
    counted.update(_name(draft.resource) for draft, _ in inside)
    whole = person.identified(None, known)
    ours: list[Draft] = []
    others: list[Draft] = []
    orders = [*((draft, None) for draft in drafts), *inside[:MOST_INSIDE]]
    for draft, group in sorted(orders, key=lambda one: one[0].reference):
        # An order that names nobody is signed for the patient of the call; one that names somebody has to name them.
        is_ours = not whole.is_foreign(draft.resource) and not (group and whole.is_foreign(group))
        (ours if is_ours else others).append(_reachable(draft, counted))
    return DraftOrders(tuple(ours), tuple(others), whole, Targets(known, person.bases), tuple(cut), deadline)


def _orders_inside(draft: Draft) -> Iterator[Draft]:
    """The orders inside a RequestGroup: a contained resource of any other order is no order."""
    if draft.type == "RequestGroup" and is_to_be_done(draft.resource):
        for place, contained in enumerate(objects(draft.resource.get("contained"))):
            if text(contained.get("resourceType")):
                yield Draft(f"{draft.reference}#{text(contained.get('id')) or place}", contained)


def _reference_of(resource: Mapping[str, Any], full_url: str, place: int) -> str:
    return _name(resource) or full_url or f"{text(resource.get('resourceType'))} (entry {place + 1})"


def _name(resource: Mapping[str, Any]) -> str:
    kind, found = text(resource.get("resourceType")), text(resource.get("id"))
    return f"{kind}/{found}" if found else ""


def _reachable(draft: Draft, counted: Mapping[str, int]) -> Draft:
    """The draft, without its source where another order bears the same name: an update would reach either."""
    return draft if counted[_name(draft.resource)] == 1 else replace(draft, source=None)


def _count(resource: Mapping[str, Any]) -> int:
    """How many values a resource holds, up to a few more than are read."""
    count = 0
    level: list[Any] = [resource]
    while level and count <= MOST_PARTS:
        level = get_referents(*(node for node in level if type(node) is dict or type(node) is list))
        count += len(level)
    return count


def _shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [_shortened(one) for one in value[:LONGEST_LIST]]
    return {name: _shortened(part) for name, part in value.items()} if isinstance(value, dict) else value


def with_drafts(record: RecordState, bundle: DraftOrders) -> RecordState:
    """How well the record was read, with what was left out of the signing: orders of others, and parts too long."""
    foreign = sum(draft.type.endswith(ORDERED) for draft in bundle.each_other())
    notes = (f"Incomplete: {', '.join(bundle.cut)} were read.",) if bundle.cut else ()
    return replace(record, foreign=record.foreign + foreign, notes=(*record.notes, *notes))


def is_to_be_done(resource: Mapping[str, Any]) -> bool:
    """Whether an order asks for something: not withdrawn, not over, not an order *against* it."""
    status = resource.get("status")
    return resource.get("doNotPerform") not in (True, "true") and not (isinstance(status, str) and status in OVER)


def codeables(resource: Mapping[str, Any], *keys: str) -> list[Mapping[str, Any]]:
    """The CodeableConcepts under these keys, whether each is one or a list."""
    return [codeable for key in keys for codeable in objects(resource.get(key))]
