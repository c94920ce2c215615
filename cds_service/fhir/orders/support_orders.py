"""Orders that the advice touches: brace, bed rest, referrals and measurements, in this signing and in the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cds_service.core.facts import SupportOrder, SupportOrders
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import Draft, DraftOrders, is_of_patient, is_to_be_done
from cds_service.fhir.orders.keep_reasons import other_fractures, reasons_of_order
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.orders.recognition import AUGMENTATION, Recognition, recognise_augmentation, recognise_support
from cds_service.fhir.raw_json import member, text, utc_day

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets|"
IN_FORCE = frozenset({"active", "on-hold"})  # on hold is ordered all the same
RECORD_KEYS = {"serviceRequests": "ServiceRequest", "deviceRequests": "DeviceRequest", "procedures": "Procedure"}
_TITLES = {
    "brace": "back brace",
    "bed-rest": "bed rest",
    "rehabilitation": "rehabilitation",
    "dietitian": "dietitian",
    "bone-treatment": "osteoporosis treatment review",
    "ct-attenuation-measurement": "HU measurement on the existing CT",
    "bedside-measurement": "grip strength and gait speed",
    "mri-muscle-measurement": "muscle measurement on the existing MRI",
    "dxa": "DXA",
}
_NOTHING = DraftOrders((), {})


def find_draft_support_orders(
    bundle: DraftOrders, terminology: Terminology, *, patient_id: str | None = None
) -> tuple[SupportOrder, ...]:
    """Support orders of a signing that ask for something. Never raises on junk.

    With `patient_id`, a draft of another patient is left out.
    """
    return tuple(
        order
        for draft in bundle.drafts
        if is_to_be_done(draft.resource)
        for order in _support_orders(draft, bundle, terminology, draft=True)
        if patient_id is None or is_of_patient(draft.resource, patient_id)
    )


def find_support_orders(
    drafts: tuple[SupportOrder, ...],
    record: PatientRecord,
    terminology: Terminology,
    *,
    treated: tuple[str, ...] = (),
    today: date | None = None,
) -> SupportOrders:
    """The drafts with what is already active in the record, and the newest augmentation that the record shows.

    Args:
        drafts: of this signing.
        record: of the patient.
        terminology: of the service.
        treated: levels of the augmentation being signed.
        today: orders that ended before are left out; without it none is, and no other fracture is looked for.
    """
    signed_now = {order.reference for order in drafts}
    stored = list(_stored(record))
    active = [
        order
        for one in stored
        if one.reference not in signed_now and text(one.resource.get("status")) in IN_FORCE and one.type != "Procedure"
        for order in _support_orders(one, _NOTHING, terminology, draft=False)
    ]
    augmentations = [one for one in stored if _is_augmentation(one, terminology)]
    days = [day for one in augmentations if (day := _augmented_on(one))]
    return SupportOrders(
        orders=(*drafts, *(order for order in _each_once(active) if not _has_ended(order, today))),
        unchecked=_unchecked(record),
        augmented_on=max(days, default=None),
        augmentation_seen=bool(augmentations),
        other_fractures=other_fractures(record, treated, terminology, today) if today else (),
    )


def _has_ended(order: SupportOrder, today: date | None) -> bool:
    return today is not None and order.end is not None and order.end < today


def _support_orders(
    one: Draft, bundle: DraftOrders, terminology: Terminology, *, draft: bool
) -> Iterator[SupportOrder]:
    recognition = recognise_support(one.resource, bundle, terminology)
    if recognition is None:
        return
    authored = utc_day(one.resource.get("authoredOn"))
    times = read_times(one.resource, authored)
    for kind in sorted(recognition.concepts):
        yield SupportOrder(
            kind=kind,
            reference=one.reference,
            draft=draft,
            start=times.start,
            end=times.end,
            authored=authored,
            timing=times.element,
            title=_title(kind, recognition),
            hours=times.hours,
            reasons=reasons_of_order(one.resource, terminology) if kind == "brace" else frozenset(),
        )


def _title(kind: str, recognition: Recognition) -> str:
    """What the order is called in our texts, with its HCPCS code where it has one; never the record's own words."""
    code = next((code.removeprefix(HCPCS) for code in recognition.codes if code.startswith(HCPCS)), "")
    if kind != "brace" or not code:
        return _TITLES[kind]
    return f"TLSO ({code})" if code.startswith("L04") else f"lumbar brace ({code})"


def _stored(record: PatientRecord) -> Iterator[Draft]:
    """Orders and procedures of the record as JSON, so that the same rules read them as read the drafts."""
    for key, kind in RECORD_KEYS.items():
        for place, sourced in enumerate(record.of_key(key)):
            resource = sourced.raw
            if resource.get("resourceType") == kind and resource.get("doNotPerform") is not True:
                yield Draft(f"{kind}/{text(resource.get('id')) or f'(entry {place + 1})'}", resource)


def _each_once(orders: list[SupportOrder]) -> tuple[SupportOrder, ...]:
    return tuple({(order.kind, order.reference): order for order in orders}.values())


def _is_augmentation(stored: Draft, terminology: Terminology) -> bool:
    """A Procedure done or being done, or an order active or completed, by which vertebrae were or are augmented."""
    counted = {"completed", "in-progress"} if stored.type == "Procedure" else {"active", "completed"}
    recognition = recognise_augmentation(stored.resource, terminology)
    return text(stored.resource.get("status")) in counted and bool(recognition and recognition.concepts & AUGMENTATION)


def _augmented_on(stored: Draft) -> date | None:
    """The day of the procedure; of an order the day it is planned for, else the day it was written."""
    performed = stored.resource.get("performedDateTime") or member(stored.resource, "performedPeriod", "start")
    planned = read_times(stored.resource, None).start
    return utc_day(performed) or planned or utc_day(stored.resource.get("authoredOn"))


def _unchecked(record: PatientRecord) -> tuple[str, ...]:
    """Resource types whose list could not be read in full."""
    broken = {one.key for one in record.unreadable if one.concepts}
    reads = record.reads
    return tuple(
        kind
        for key, kind in RECORD_KEYS.items()
        if key in broken or key not in reads or reads[key].state == "failed" or "incomplete" in reads[key].note
    )
