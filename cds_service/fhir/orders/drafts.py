"""Read the orders of one signing, `context.draftOrders`, as raw JSON of any quality.

The resources that they refer to are kept next to them. The FHIR server may not know the
drafts, so they are never read back by id.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from cds_service.core.findings import RecordState
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.meaning import Meaning
from cds_service.fhir.orders.order_lengths import (
    LONGEST_LIST,
    is_long,
    longest_order,
    longest_text,
    with_short_lists,
    with_short_orders,
    with_short_texts,
)
from cds_service.fhir.raw_json import Json, is_prohibition, member, objects, text
from cds_service.fhir.references import BundleEntry, Targets, contained_in, last_name
from cds_service.outgoing.deadline import Deadline

# Statuses of R4, STU3 and DSTU2 orders that are not, or no longer, to be carried out.
OVER = frozenset(
    {
        "completed",
        "entered-in-error",
        "revoked",
        "cancelled",
        "rejected",
        "stopped",
        "aborted",
        "not-done",
        "ended",
    }
)
# Those by which a signing ends or pauses an order in force.
STOPS = frozenset({"stopped", "cancelled", "ended", "on-hold"})
# Those by which a signing says that an order is not wanted any more, or not now.
REVOKES = STOPS | {"revoked", "rejected"}
# Answers to the questions of an order: their status says that they are all there.
ANSWERS = frozenset({"QuestionnaireResponse"})
ANSWERED = frozenset({"completed", "stopped"})
# `request.method` of entries that sign nothing
SIGNS_NOTHING = frozenset({"DELETE", "GET", "HEAD"})
_PLAIN = re.compile(r"[\w.:/-]{1,256}", re.ASCII)
# elements of an order that name those which it replaces
REPLACES = ("replaces", "priorRequest", "priorPrescription")
# endings of resource types that are orders
ORDER_ENDINGS = ("Request", "Order", "Prescription")
GROUPS = frozenset({"RequestGroup", "Bundle"})  # resources that hold orders
MOST_INSIDE = 100  # orders inside groups, for one signing
# The intent of one of several requests between which somebody chooses.
OPTION = "option"


@dataclass(frozen=True, slots=True)
class Order:
    """A resource that orders something, of this signing or of the record.

    Attributes:
        reference: `ServiceRequest/1`; without an id, its fullUrl or its position in the
            bundle. The audit log holds it, so an id or URL that may be words is not
            used.
        resource: the order as we read it; its lists are cut if it is long.
        source: the order as received, if a correction would reach it and no other
            order: it is an entry of the bundle, its reference is unique, its addresses
            name no other order, and nothing was cut.
        recognised: its meaning; None until `recognition.py` has read it.
    """

    reference: str
    resource: Json
    source: Json | None = field(default=None, repr=False)
    recognised: Meaning | None = field(default=None, repr=False, compare=False)

    @property
    def meaning(self) -> Meaning:
        """Return what it orders; nothing of ours if it is not to be carried out.

        Raises:
            LookupError: it has not been recognised.
        """
        if self.recognised is None:
            raise LookupError(f"{self.reference} has not been recognised")
        return self.recognised

    @property
    def resource_type(self) -> str:
        return text(self.resource.get("resourceType"))

    @property
    def is_option(self) -> bool:
        """Tell if it is one of several alternatives.

        Orders inside a group are called options by FHIR's definition: the group orders
        them.
        """
        intent = text(self.resource.get("intent")).strip().lower()
        return intent == OPTION and "#" not in self.reference


def entries_of_type(record: PatientRecord, kind: str) -> Iterator[Order]:
    """Yield the record's resources of a type that forbid nothing."""
    for entry in record.entries:
        if entry.raw.get("resourceType") == kind and not is_prohibition(entry.raw):
            yield Order(f"{kind}/{text(entry.raw.get('id'))}", entry.raw)


@dataclass(frozen=True, slots=True)
class DraftOrders:
    """All orders of a signing, and the resources that came with them.

    Attributes:
        drafts: orders that name this patient or no patient. An order that names none
            is signed for the patient of the call.
        others: all other orders: of another patient, or of one not clearly named.
        person: the patient; None if ownership was settled before.
        cut: the parts that were too long to be read completely, as phrases.
        targets: what the orders refer to, in the signing or on the patient's server
            (`referred.py`).
        signed_on: the day of the signing at the site; None if it is not known.
    """

    drafts: tuple[Order, ...]
    others: tuple[Order, ...]
    person: Person | None
    targets: Targets
    cut: tuple[str, ...] = ()
    deadline: Deadline | None = None
    signed_on: date | None = None

    @property
    def left_out(self) -> str:
        """Say in a sentence what was too long to be read; empty if nothing was."""
        return f"Incomplete: {', '.join(self.cut)} were read." if self.cut else ""

    def each(self) -> Iterator[Order]:
        """Yield the patient's orders to be carried out; raises DeadlinePassed."""
        yield from self._in_time(self.drafts)

    def withdrawn(self) -> Mapping[str, Json]:
        """Return the orders that the signing ends or forbids, by reference."""
        return {
            draft.reference: draft.resource
            for draft in self.drafts
            if not is_to_be_done(draft.resource)
        }

    def stops(self) -> Iterator[Order]:
        """Yield the patient's orders that end, pause or forbid what they name."""
        for draft in self.drafts:
            status = text(draft.resource.get("status")).strip().lower()
            is_forbidden = is_prohibition(draft.resource) and status not in OVER
            if status in STOPS or is_forbidden:
                yield draft

    def prohibitions(self) -> Iterator[Order]:
        """Yield the patient's orders that forbid something and are in force."""
        for draft in self.drafts:
            if is_prohibition(draft.resource) and not _is_over(draft.resource):
                yield draft

    def ended(self) -> Iterator[Order]:
        """Yield the patient's orders that this signing revokes, stops or pauses.

        A prohibition that ends is none of them: what it forbade may be done again.
        """
        for draft in self.drafts:
            status = text(draft.resource.get("status")).strip().lower()
            if status in REVOKES and not is_prohibition(draft.resource):
                yield draft

    def each_of_others(self) -> Iterator[Order]:
        """Yield all other orders that are to be carried out; raises DeadlinePassed."""
        yield from self._in_time(self.others)

    def for_person(self, known: Person) -> "DraftOrders":
        """Return the same signing once the Patient's identifiers are known.

        An order with another patient's number is one of the others then.
        """
        if self.person is None or not known.identifiers:
            return self
        person = self.person._replace(
            identifiers=known.identifiers, record_numbers=known.record_numbers
        )
        foreign = {
            order.reference
            for order in self.drafts
            if person.is_foreign(order.resource)
        }
        own, others = list[Order](), list(self.others)
        for order in self.drafts:
            # an order inside a group goes with the group
            names = (order.reference, order.reference.partition("#")[0])
            (own if foreign.isdisjoint(names) else others).append(order)
        return replace(self, drafts=tuple(own), others=tuple(others), person=person)

    def resolve(self, references: Sequence[Any], within: Json) -> list[Json]:
        """Resolve an order's References (raw JSON) in the order or bundle.

        Other patients' resources are left out.
        """
        contained = contained_in(within)
        resources = []
        for reference in references:
            address = text(member(reference, "reference"))
            if address.startswith("#"):
                resource = contained.get(address)
            else:
                resource = self.targets.find(address)
            if resource is None or (self.person and self.person.is_foreign(resource)):
                continue
            resources.append(resource)
        return resources

    def _in_time(self, drafts: Sequence[Order]) -> Iterator[Order]:
        for draft in drafts:
            if self.deadline is not None:
                self.deadline.check()
            if is_to_be_done(draft.resource):
                yield draft


NO_DRAFTS = DraftOrders((), (), None, Targets(()))


def read_bundle(
    draft_orders: Any, person: Person, deadline: Deadline | None = None
) -> DraftOrders:
    """Read the orders in `context.draftOrders`, without their meanings.

    What is not a Bundle has none.

    Args:
        draft_orders: raw JSON of any quality.
        person: the request's patient.
        deadline: of the answer; None for batch runs.
    """
    longest = longest_text(draft_orders)
    longest_one = longest_order(draft_orders, longest)
    entries = list(_entries_of(draft_orders, longest, longest_one))
    drafts = [entry.order for entry in entries if entry.order is not None]
    inside = [
        (order, draft.resource) for draft in drafts for order in _orders_inside(draft)
    ]
    known = [entry.known for entry in entries]
    names = [name for entry in entries for name in entry.names]
    counted = Counter([*names, *[_name(draft.resource) for draft, _ in inside]])
    patient = person.identified(None, known)
    orders = [*((draft, None) for draft in drafts), *inside[:MOST_INSIDE]]
    own, others = _sorted_by_owner(orders, patient, counted)
    remaining = _without_replaced(own, person)
    long = sum(entry.is_cut for entry in entries)
    wordy = sum(entry.has_cut_words for entry in entries)
    return DraftOrders(
        tuple(remaining),
        tuple(others),
        patient,
        Targets(known, person.bases),
        (
            *_cut_parts(long, len(inside), wordy, longest),
            *_cut_orders(entries, longest_one),
        ),
        deadline,
    )


def _sorted_by_owner(
    orders: Iterable[tuple[Order, Json | None]],
    patient: Person,
    counted: Mapping[str, int],
) -> tuple[list[Order], list[Order]]:
    """Return the patient's orders and all others, each by their references.

    Args:
        orders: each with the group that it is inside of.
        patient: that of the call; an order that names none is signed for them.
        counted: how many orders have each name.
    """
    own: list[Order] = []
    others: list[Order] = []
    for draft, group in sorted(orders, key=lambda pair: pair[0].reference):
        is_group_foreign = bool(group and patient.is_foreign(group))
        is_own = not is_group_foreign and not patient.is_foreign(draft.resource)
        # An update could reach either of two orders with one reference.
        is_reachable = counted[_name(draft.resource)] == 1
        order = draft if is_reachable else replace(draft, source=None)
        resource, left_out = patient.own_part_of(draft.resource)
        if is_own and left_out:
            # A correction would repeat what is another patient's.
            order = replace(order, resource=resource, source=None)
        (own if is_own else others).append(order)
    return own, others


class _Entry(NamedTuple):
    """An entry of the bundle with a resource.

    Attributes:
        known: what other entries may refer to.
        names: names that a reference to it may use: its `Type/id`, and the end of its
            fullUrl.
        order: None if the entry signs nothing.
        is_cut: of its lists only a part is read.
        has_cut_words: of its texts only a part is read.
        has_left_out: its texts are too many, and only the first are read.
    """

    known: BundleEntry
    names: frozenset[str]
    order: Order | None
    is_cut: bool
    has_cut_words: bool
    has_left_out: bool


def _entries_of(draft_orders: Any, longest: int, longest_one: int) -> Iterator[_Entry]:
    """Yield the entries of the bundle; one that was sent twice comes once.

    Args:
        draft_orders: raw JSON of any quality.
        longest: characters of a text that are read.
        longest_one: characters of an order that are read.
    """
    sent: dict[str, Json] = {}
    for position, entry in enumerate(objects(member(draft_orders, "entry"))):
        source, full_url = entry.get("resource"), text(entry.get("fullUrl"))
        if not isinstance(source, dict) or not text(source.get("resourceType")):
            continue
        name = _name(source)
        is_new = not name or sent.setdefault(name, source) is source
        # Without an id two alike may be two orders.
        if not is_new and sent[name] == source:
            continue
        with_lists = with_short_lists(source) if is_long(source) else source
        with_texts = with_short_texts(with_lists, longest)
        resource = with_short_orders(with_texts, longest_one)
        order = None
        if not _signs_nothing(entry):
            is_plain = resource is source and _is_named_alike(entry, name)
            unchanged = source if is_plain else None
            reference = _reference_of(source, full_url, position)
            order = Order(reference, resource, unchanged)
        yield _Entry(
            known=BundleEntry(resource, full_url),
            names=frozenset({name, last_name(full_url)}),
            order=order,
            is_cut=order is not None and with_lists != source,
            has_cut_words=order is not None and with_texts is not with_lists,
            has_left_out=order is not None and resource is not with_texts,
        )


def _cut_parts(long: int, inside: int, wordy: int, longest: int) -> Iterator[str]:
    """Say as phrases what was cut: lists, orders inside groups, and texts."""
    if long:
        orders = "1 long order" if long == 1 else f"{long} long orders"
        yield f"of each list in {orders} the first {LONGEST_LIST}"
    if inside > MOST_INSIDE:
        yield f"of {inside} orders inside groups the first {MOST_INSIDE}"
    if wordy:
        orders = "1 order" if wordy == 1 else f"{wordy} orders"
        yield f"of each text in {orders} the first {longest} characters"


def _cut_orders(entries: Sequence[_Entry], longest_one: int) -> Iterator[str]:
    """Say as a phrase of how many orders the texts are too many."""
    many = sum(entry.has_left_out for entry in entries)
    if many:
        orders = "1 order" if many == 1 else f"{many} orders"
        yield f"of all texts in {orders} the first {longest_one} characters"


def _without_replaced(orders: Sequence[Order], person: Person) -> Sequence[Order]:
    """Leave out orders that another one replaces, unless they replace each other."""
    named = (
        (order, objects(order.resource.get(name)))
        for order in orders
        if is_to_be_done(order.resource)
        for name in REPLACES
    )
    pairs = (
        (order, person.bases.name_of(text(reference.get("reference"))))
        for order, listed in named
        for reference in listed
    )
    # a new version of an order may name itself
    replaced = {name for one, name in pairs if name != one.reference}
    return [one for one in orders if one.reference not in replaced] or orders


def _orders_inside(draft: Order) -> Iterator[Order]:
    """Yield the orders inside a RequestGroup or a nested Bundle.

    Resources contained in any other order are not orders.
    """
    resources: Sequence[Any] = ()
    if draft.resource_type == "RequestGroup" and is_to_be_done(draft.resource):
        resources = objects(draft.resource.get("contained"))
    elif draft.resource_type == "Bundle":
        resources = [
            entry.get("resource")
            for entry in objects(draft.resource.get("entry"))
            if not _signs_nothing(entry)
        ]
    for position, resource in enumerate(resources):
        if isinstance(resource, dict) and text(resource.get("resourceType")):
            inside = Order(
                f"{draft.reference}#{_plain(text(resource.get('id'))) or position}",
                resource,
            )
            yield inside
            yield from _orders_inside(inside)


def _is_named_alike(entry: Json, name: str) -> bool:
    """Tell if no address of an entry names another order than its resource does.

    By FHIR they agree (R4, Bundle, 2.36.4). Else it is not clear which order an EHR
    changes.
    """
    addresses = (entry.get("fullUrl"), member(entry.get("request"), "url"))
    return {last_name(text(one)) for one in addresses} <= {"", name}


def _signs_nothing(entry: Json) -> bool:
    return text(member(entry.get("request"), "method")).strip().upper() in SIGNS_NOTHING


def _reference_of(resource: Json, full_url: str, position: int) -> str:
    kind = _plain(text(resource.get("resourceType"))) or "order"
    numbered = f"{kind} (entry {position + 1})"
    return _plain(_name(resource)) or _plain(full_url) or numbered


def _plain(written: str) -> str:
    """Return an id or address as written; empty if it may be words."""
    return written if _PLAIN.fullmatch(written) else ""


def _name(resource: Json) -> str:
    kind, own_id = text(resource.get("resourceType")), text(resource.get("id"))
    return f"{kind}/{own_id}" if own_id else ""


def with_foreign_orders(record: RecordState, drafts: DraftOrders) -> RecordState:
    """Add to the record state how many orders of the signing are not the patient's."""
    foreign = sum(
        draft.resource_type.endswith(ORDER_ENDINGS) for draft in drafts.each_of_others()
    )
    return replace(record, foreign=record.foreign + foreign)


def is_to_be_done(resource: Json) -> bool:
    """Tell if an order is not withdrawn, not over, and no prohibition."""
    return not (is_prohibition(resource) or _is_over(resource))


def _is_over(resource: Json) -> bool:
    is_of_answers = text(resource.get("resourceType")) in ANSWERS
    over = OVER - ANSWERED if is_of_answers else OVER
    return text(resource.get("status")).strip().lower() in over


def codeables(resource: Json, *keys: str) -> list[Json]:
    """Return the CodeableConcepts under these keys, single or in a list."""
    return [codeable for key in keys for codeable in objects(resource.get(key))]
