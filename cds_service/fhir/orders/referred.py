"""Complete the orders from the record, and the record from the orders.

The orders get resources that they refer to and that were not sent: a Condition as
reason, an ordered Device or drug. These come from the record, else they are read by id,
and only from the request's own server. The record gets the drugs ordered in the same
signing, which count like those on record, and its other orders that name something
grave. If part of the signing was not read, no list of the record is whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.concepts import concepts_of
from cds_service.fhir.entries.entry import (
    BILLED_TYPES,
    Entry,
    read_entry,
    read_without_drug,
)
from cds_service.fhir.entries.exams.t_scores_in_words import T_SCORE_ASIDE
from cds_service.fhir.entries.grave.grave_concepts import ASIDE_IN_DOUBT
from cds_service.fhir.entries.grave_asides import drugs_and_states
from cds_service.fhir.entries.medication.drug_groups import BONE_DRUG
from cds_service.fhir.entries.medication.drugs import Drug, read_billed
from cds_service.fhir.entries.medication.products import referred_in
from cds_service.fhir.entries.words.asides import NO_DIAGNOSES
from cds_service.fhir.entries.words.open_concepts import UNKNOWN_DRUG
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.picking import Unreadable
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.referred_to import read_by_id
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.gathering.unsent_reasons import LEFT_OPEN, names_unsent
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import DraftOrders, Order
from cds_service.fhir.orders.drugs.asked_stops import (
    bone_drugs_named,
    drugs_to_stop,
    is_about_drug,
    past_year_of_stop,
    says_was_taken,
)
from cds_service.fhir.orders.meaning import NOT_OURS
from cds_service.fhir.orders.other_drafts import read_other_draft
from cds_service.fhir.parsing import BrokenResource, parse_resource
from cds_service.fhir.raw_json import (
    NOT_TO_DO,
    Json,
    is_prohibition,
    member,
    objects,
    text,
)
from cds_service.fhir.references import Targets, reasons_referred_to
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import plain_numbers
from cds_service.protocol.messages import HookRequest, is_fhir_id

ELEMENTS = {
    "reasonReference": "Condition",
    "codeReference": "Device",
    "itemReference": "Device",
    "medicationReference": "Medication",
}
# Resources that often name no patient.
OF_NOBODY = frozenset({"Device", "Medication"})
MOST_READ = 10  # resources, by id
DRUG_KEY, DRUG_TYPE = "medications", "MedicationRequest"
ORDER_KEYS = {
    "ServiceRequest": "serviceRequests",
    "DeviceRequest": "deviceRequests",
    "SupplyRequest": "supplyRequests",
}
# What a draft is that does not say it.
AS_SIGNED = {"status": "draft", "intent": "order"}
# Stands for an order whose elements cannot be read: only what it names counts.
NAMED_ALONE = {"resourceType": "ServiceRequest", **AS_SIGNED}
# Drafts that others read, bundles of them, and what names no state of the patient.
READ_ELSEWHERE = frozenset({DRUG_TYPE, "Bundle"}) | NO_DIAGNOSES


def with_referred(
    drafts: DraftOrders,
    record: PatientRecord,
    request: HookRequest | None,
    fhir: FhirReader | None,
    person: Person,
    *,
    until: Deadline,
) -> DraftOrders:
    """Add the resources that the orders refer to.

    Those that cannot be read in time are left out.

    Args:
        drafts: the orders of the signing.
        record: the patient's record.
        request: the call; its token may have to cover the reads. None if there is no
            server.
        fhir: the server; None if no server may be queried.
        person: the patient.
        until: the deadline of the last read.
    """
    wanted = set(_wanted(drafts, person))
    if not wanted:
        return drafts
    conditions = {one.reference: one.raw for one in record.of_key("conditions")}
    asked: dict[str, Json] = {}
    if fhir and request:
        names = sorted(wanted - conditions.keys())
        asked = read_by_id(fhir, names, request, MOST_READ, until)
    # A Condition must name the patient.
    read = {
        name: raw
        for name, raw in asked.items()
        if person.is_subject_of(raw)
        or (raw["resourceType"] in OF_NOBODY and not person.is_foreign(raw))
    }
    resources = {
        name: raw for name, raw in {**read, **conditions}.items() if name in wanted
    }
    if not resources:
        return drafts
    # A device that was only named may be a brace.
    ours = tuple(replace(one, recognised=None) for one in drafts.drafts)
    return replace(drafts, drafts=ours, targets=drafts.targets.also(resources))


def _wanted(drafts: DraftOrders, person: Person) -> Iterator[str]:
    """Name what the signing refers to on the patient's server: `Condition/12`."""
    for draft in drafts.each():
        for element, kind in ELEMENTS.items():
            for reference in objects(draft.resource.get(element)):
                name = person.bases.name_of(text(member(reference, "reference")))
                found_kind, _, own_id = name.partition("/")
                is_known = found_kind == kind and is_fhir_id(own_id)
                if is_known and not drafts.resolve([reference], draft.resource):
                    yield name


def with_signing(
    record: PatientRecord, drafts: DraftOrders, terminology: Terminology, today: date
) -> PatientRecord:
    """Add to the record what the signing says: it is newer than the record."""
    record = _with_cut_orders(record, drafts)
    record = _with_withdrawn_orders(record, drafts)
    record = with_drafted_drugs(record, drafts, terminology, today)
    return _with_drafted_reasons(record, drafts, terminology)


def with_drafted_drugs(
    record: PatientRecord, drafts: DraftOrders, terminology: Terminology, today: date
) -> PatientRecord:
    """Add the drugs of this signing to the record, also those not understood.

    A bone drug that the signing ends or pauses is added as stopped today. One that it
    forbids is a prohibition, and so is one that a task or a message asks to stop: the
    patient may never have taken it.
    """
    stops = [draft for draft in drafts.stops() if draft.resource_type == DRUG_TYPE]
    stopping = {draft.reference for draft in stops}
    read = [
        _drug_of(draft, drafts.targets, terminology)
        for draft in drafts.each()
        if draft.resource_type == DRUG_TYPE and draft.reference not in stopping
    ]
    stopped = (_drug_of(_as_stop(one), drafts.targets, terminology) for one in stops)
    read += [one for one in stopped if _is_of_bone_drug(one)]
    asked = (
        _stop_asked_of(name, draft, drafts.targets, terminology, today)
        for draft in drafts.each()
        if draft.resource_type not in READ_ELSEWHERE
        and draft.resource_type not in ORDER_KEYS
        for name in drugs_to_stop(draft, drafts, record, terminology)
    )
    read += [one for one in asked if _is_of_bone_drug(one)]
    forbidden = (
        _drug_of(_prohibition_of(name, draft), drafts.targets, terminology)
        for draft in drafts.prohibitions()
        if draft.resource_type in ORDER_KEYS
        for name in bone_drugs_named(draft, terminology)
    )
    read += [one for one in forbidden if _is_of_bone_drug(one)]
    return _with_orders(read, record)


def _stop_asked_of(
    name: str, draft: Order, targets: Targets, terminology: Terminology, today: date
) -> Entry | Unreadable | None:
    """Read the stop of a drug that a task or a message asks for or tells of.

    One that is told of an earlier year is an order of that year: doses since then are
    newer.
    """
    year = past_year_of_stop(draft, today, terminology)
    if year is None:
        return _drug_of(_asked_of(name, draft, terminology), targets, terminology)
    order = _as_stopped(_prohibition_of(name, draft))
    told = replace(order, resource={**order.resource, "authoredOn": str(year)})
    read = _drug_of(told, targets, terminology)
    return read._replace(origin="prefetch") if isinstance(read, Entry) else read


def _asked_of(name: str, draft: Order, terminology: Terminology) -> Order:
    """Return the order that stops or forbids a drug as a task or a message asks for.

    Whoever stops denosumab knows of doses, so the last one is asked for.
    """
    order = _prohibition_of(name, draft)
    is_denosumab = "denosumab" in terminology.drug_words(name)
    if not (is_denosumab and says_was_taken(draft, terminology)):
        return order
    return _as_stopped(order)


def _as_stopped(order: Order) -> Order:
    stop = {**order.resource, "status": "stopped"}
    del stop["doNotPerform"]
    return replace(order, resource=stop)


def _prohibition_of(name: str, draft: Order) -> Order:
    """Return the order that forbids a drug, as a draft of another type asks for.

    For a drug that is taken, it is the stop.
    """
    forbidding = {
        "resourceType": DRUG_TYPE,
        "status": "active",
        "intent": "order",
        "doNotPerform": True,
        "subject": {"display": "the patient of the signing"},
        "medicationCodeableConcept": {"text": name},
    }
    return Order(draft.reference, forbidding, recognised=NOT_OURS)


def _as_stop(draft: Order) -> Order:
    if is_prohibition(draft.resource):
        return draft
    return replace(draft, resource={**draft.resource, "status": "stopped"})


def _is_of_bone_drug(read: Entry | Unreadable | None) -> bool:
    if isinstance(read, Unreadable):
        return BONE_DRUG in read.concepts
    if read is None or read.drug is None:
        return False
    return BONE_DRUG in read.drug.concepts


def _with_drafted_reasons(
    record: PatientRecord, drafts: DraftOrders, terminology: Terminology
) -> PatientRecord:
    """Add the orders of this signing that name something grave, or are of a drug.

    They count as orders on record do. An MRI because of a metastasis leaves the
    metastasis open; an injection that is ordered by its billing code is an order of its
    drug. What is grave in the words of the augmentation is read with it. In a type that
    no reader knows, such as a diet or a task, the words alone count.
    """
    read: list[Entry | Unreadable | None] = []
    for order in drafts.each():
        if order.resource_type in ORDER_KEYS:
            read.append(_entry_of_draft(order, drafts.targets, terminology))
        elif order.resource_type not in READ_ELSEWHERE:
            read.append(read_other_draft(order, terminology))
    read += [
        _entry_of_draft(_as_read(order, terminology), drafts.targets, terminology)
        for order in drafts.prohibitions()
        if order.resource_type in ORDER_KEYS
    ]
    return _with_orders(read, record)


def _as_read(prohibition: Order, terminology: Terminology) -> Order:
    """Return the order itself if it forbids what is done about a drug.

    "Alendronate review" that is forbidden names a drug as one that is ordered does.
    """
    if not is_about_drug(prohibition, terminology):
        return prohibition
    elements = prohibition.resource.items()
    named = {name: one for name, one in elements if name != NOT_TO_DO}
    return replace(prohibition, resource=named)


def _with_orders(
    read: Sequence[Entry | Unreadable | None], record: PatientRecord
) -> PatientRecord:
    """Add orders of this signing to the record, the broken ones as such."""
    orders = [order for order in read if isinstance(order, Entry)]
    broken = [order for order in read if isinstance(order, Unreadable)]
    return record._replace(
        entries=(*record.entries, *orders), unreadable=(*record.unreadable, *broken)
    )


def with_unsent_reasons_of_drafts(
    record: PatientRecord, drafts: DraftOrders, terminology: Terminology
) -> PatientRecord:
    """Leave open what an order of this signing is for, if only a reference says it.

    The augmentation is left out: its reasons are read with it.
    """
    keys = {DRUG_TYPE: DRUG_KEY, **ORDER_KEYS}
    unsent = [
        order
        for order in drafts.each()
        if order.resource_type in keys and _is_reason_unsent(order, record, drafts)
    ]
    entries = [*record.entries]
    for order in unsent:
        key = keys[order.resource_type]
        places = [
            place
            for place, entry in enumerate(entries)
            if (entry.origin, entry.key, entry.reference)
            == ("context", key, order.reference)
        ]
        for place in places:
            entries[place] = _left_open(entries[place])
        if places:
            continue
        try:
            raw = _parsed(order, terminology)
        except BrokenResource:
            if order.resource_type == DRUG_TYPE:  # named as broken
                continue
            raw = NAMED_ALONE
        coded = read_code(raw, terminology)
        entry = read_entry(coded, key, "context", LEFT_OPEN, None, terminology)
        entries.append(_left_open(entry)._replace(reference=order.reference))
    return record._replace(entries=tuple(entries))


def _left_open(entry: Entry) -> Entry:
    concepts, named = entry.concepts | LEFT_OPEN, entry.named | LEFT_OPEN
    return entry._replace(concepts=concepts, named=named)


def _parsed(order: Order, terminology: Terminology) -> Json:
    """Validate an order of the signing; raises BrokenResource."""
    plain = plain_numbers(_as_draft(order))
    return parse_resource(plain, order.resource_type, terminology.calendar)


def _as_draft(order: Order) -> Json:
    """Return an order of the signing, as a draft if it does not say what it is.

    R4 requires a status and an intent, but the operation is answered without them.
    """
    unsaid = {
        name: one for name, one in AS_SIGNED.items() if not order.resource.get(name)
    }
    return {**order.resource, **unsaid} if unsaid else order.resource


def _is_reason_unsent(order: Order, record: PatientRecord, drafts: DraftOrders) -> bool:
    if drafts.person is None or order.meaning.augmentation:
        return False
    sent = {
        text(reference.get("reference"))
        for reference in reasons_referred_to(order.resource)
        if drafts.resolve([reference], order.resource)
    }
    known = record.diagnoses | sent
    return names_unsent(order.resource, known, drafts.person.bases)


def _with_cut_orders(record: PatientRecord, drafts: DraftOrders) -> PatientRecord:
    """Mark each list as cut if part of the signing was too long to be read.

    The part that was cut off may name a tumour, a drug or a reason for a brace, which
    would count as if it were on record.
    """
    if not drafts.left_out:
        return record
    reads = {
        key: read if read.state == "failed" else read._replace(is_cut=True)
        for key, read in record.reads.items()
    }
    doubt = " ".join(filter(None, (record.doubt, drafts.left_out)))
    return record._replace(reads=reads, doubt=doubt)


def _with_withdrawn_orders(record: PatientRecord, drafts: DraftOrders) -> PatientRecord:
    """Give the orders on record that the signing ends the status that it gives them.

    The signing is newer than the record: a referral that it revokes arranges nothing,
    and a drug that it stops is taken no more.
    """
    withdrawn = drafts.withdrawn()
    if not withdrawn:
        return record
    entries = (
        _as_signed(entry, withdrawn[entry.reference])
        if entry.reference in withdrawn
        else entry
        for entry in record.entries
    )
    return record._replace(entries=tuple(entries))


def _as_signed(entry: Entry, draft: Json) -> Entry:
    signed = {name: draft[name] for name in ("status", "doNotPerform") if name in draft}
    raw = {**entry.raw, **signed}
    return entry._replace(raw=raw, status=text(raw.get("status")))


def _entry_of_draft(
    draft: Order, targets: Targets, terminology: Terminology
) -> Entry | Unreadable | None:
    """Read an order for what it names; None if that is nothing grave and no drug."""
    drug: Drug | None = None
    if draft.meaning.augmentation:
        # It is no order of a drug that its title names.
        details = objects(draft.resource.get("orderDetail"))
        named = terminology.concepts(details) & terminology.drugs.concepts
        concepts = drugs_and_states(draft.resource, terminology)
        concepts |= frozenset(map(in_doubt, named))
    else:
        in_words = frozenset(map(in_doubt, terminology.drugs.concepts))
        coded = read_code(_as_draft(draft), terminology)
        concepts = concepts_of(coded, targets, terminology)
        concepts &= ASIDE_IN_DOUBT | in_words | UNKNOWN_DRUG | {T_SCORE_ASIDE}
        if draft.resource_type in BILLED_TYPES:
            drug = read_billed(coded._replace(raw=draft.resource), terminology)
    drugs = drug.concepts if drug else frozenset()
    if not concepts | drugs:
        return None
    key = ORDER_KEYS[draft.resource_type]
    try:
        raw = _parsed(draft, terminology)
    except BrokenResource:
        if drugs:
            return Unreadable(draft.reference, key, drugs)
        unnamed = read_code(NAMED_ALONE, terminology)
        entry = read_without_drug(unnamed, key, "context", concepts, terminology)
        return entry._replace(reference=draft.reference)
    accepted = read_code(raw, terminology)
    entry = read_without_drug(accepted, key, "context", concepts | drugs, terminology)
    return entry._replace(drug=drug)


def _drug_of(
    draft: Order, targets: Targets, terminology: Terminology
) -> Entry | Unreadable | None:
    """Read an ordered drug; None if it is understood and none of ours."""
    coded = read_code(_as_draft(draft), terminology)
    concepts = concepts_of(coded, targets, terminology)
    if not concepts:
        return None
    try:
        raw = _parsed(draft, terminology)
    except BrokenResource:
        return Unreadable(draft.reference, DRUG_KEY, concepts)
    referred = referred_in(raw, targets)
    accepted = read_code(raw, terminology)
    return read_entry(accepted, DRUG_KEY, "context", concepts, referred, terminology)
