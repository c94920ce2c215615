"""Find what limits training: orders that forbid or pause it, and broken leg bones.

Examples are "No PT until cleared", "NWB LLE" and "Bettruhe". No card chooses training
next to one, and no page says "walk every day". The words are in `kinds/`
(`training-held`). The same holds for a patient who does not walk, a leg that is lost or
was operated on, a wheelchair, and a boot or cast (`fhir/entries/walking_limits.py`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from cds_service.core.orders import TrainingLimit
from cds_service.fhir.certainty import (
    PAST,
    certainty_of,
    clinical_status,
    is_of_sequela,
)
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.bones import CARRYING
from cds_service.fhir.entries.fractures.leg_injuries import LEG_BROKEN, LEG_INJURED
from cds_service.fhir.entries.held_training import (
    AIDED,
    HELD,
    UNREAD,
    holds_training,
    is_ended_by_therapist,
    is_unread_activity,
    walks_aided,
)
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.product_concepts import titles_of_device
from cds_service.fhir.entries.walking_limits import (
    CARRIED,
    CHARCOT,
    LEG_LOST,
    LEG_OPERATED,
    LEG_SPLINTED,
    WALKS_NOT,
    limits_of_device,
    limits_of_order,
    splints_of_order,
)
from cds_service.fhir.entries.words.asides import asides_of
from cds_service.fhir.entries.words.past_by_words import OLD_FRACTURE
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.dates.written_days import days_in, latest_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.drafts import OPTION, DraftOrders
from cds_service.fhir.orders.injuries.injury_times import NO_MORE, moment_of
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.orders.training.broken_legs_in_words import (
    legs_in_words,
    words_beside,
)
from cds_service.fhir.orders.training.fresh_events import fresh_events
from cds_service.fhir.orders.training.limits_in_words import (
    day_told,
    limits_in_words,
    may_tell,
    words_of,
)
from cds_service.fhir.orders.training.past_stays import PastStays
from cds_service.fhir.raw_json import Json, is_prohibition, objects, text, texts_of
from cds_service.fhir.references import Targets

HOLDING = HELD | {in_doubt("moving-forbidden")}
# The lists of orders of devices.
DEVICE_KEYS = ("deviceRequests", "supplyRequests")
# An order of any other status is in force, or may be.
NOT_IN_FORCE = frozenset(
    {"completed", "revoked", "cancelled", "entered-in-error", "stopped", "rejected"}
)
# An older order was forgotten: it is not in force.
LONGEST_IN_FORCE = timedelta(days=180)
# A bone of the leg or the pelvis that broke this lately may still heal.
HEALS_IN = timedelta(days=90)
# A hip is repaired as a rule, and training is then asked for (F12).
HIP = frozenset({"hip-fracture"})
HIP_HEALS_IN = timedelta(days=42)
LEG = CARRYING | {"leg-fracture", "atypical-femur-fracture", LEG_BROKEN}
_PARTS = re.compile("[,;+、，；]")
# What lasts as long as its diagnosis is in force.
LASTING: Mapping[str, TrainingLimit] = {
    WALKS_NOT: "bound",
    LEG_LOST: "lost",
    CHARCOT: "charcot",
}
# What a recent order or procedure says of the patient.
BY_ACT: Mapping[str, TrainingLimit] = {**LASTING, CARRIED: "carried"}
# What the order of a device says, and what an operation does.
BY_DEVICE: Mapping[str, TrainingLimit] = {
    CARRIED: "carried",
    LEG_SPLINTED: "splinted",
    AIDED: "aided",
    **dict.fromkeys(HELD, "order"),
}
BY_OPERATION: Mapping[str, TrainingLimit] = {
    LEG_OPERATED: "operated",
    **BY_ACT,
    **dict.fromkeys(HELD, "order"),
}
# The same bones, named by the code of a reason or of a result.
LEG_ASIDE = frozenset(map(in_doubt, LEG))


def training_limits(
    record: PatientRecord,
    drafts: DraftOrders,
    terminology: Terminology,
    today: date,
    past: PastStays,
) -> frozenset[TrainingLimit]:
    """Return what limits training now.

    Args:
        record: the patient's.
        drafts: the orders of this signing.
        terminology: the service's terminology.
        today: the day of the answer.
        past: the earlier stays, with which their orders ended.
    """
    # An order that forbids training limits it, signed now as on record.
    orders = (*drafts.each(), *drafts.prohibitions())
    signed = [order.resource for order in orders if not order.is_option]
    limits = _limits_of_orders(record, signed, terminology, today, past)
    for entry in record.of_key("conditions"):
        kind = _injury_of(entry)
        if kind and _is_healing(entry, terminology, today):
            limits.add(kind)
        limits |= _limits_of_diagnosis(entry, terminology, today)
    limits |= _limits_of_devices(record, signed, drafts.targets, terminology, today)
    for entry in record.of_key("procedures"):
        limits |= _limits_of_operation(entry, terminology, today)
    is_named = any(
        _names_healing(entry, terminology, today) for entry in record.entries
    ) or any(
        legs_in_words(words_beside(order), today - HEALS_IN, terminology)
        for order in signed
    )
    if is_named and "leg" not in limits:
        limits.add("leg-named")
    told = _limits_told(record, signed, terminology, today, past)
    # An order says it as well, and more.
    limits |= told - {"weight-told"} if "order" in limits else told
    return frozenset(limits) | fresh_events(record, terminology, today)


def _limits_told(
    record: PatientRecord,
    signed: Sequence[Json],
    terminology: Terminology,
    today: date,
    past: PastStays,
) -> frozenset[TrainingLimit]:
    """Return what entries and signed orders tell next to their titles."""
    since = today - HEALS_IN
    texts = [words_beside(order) for order in signed]
    for entry in record.entries:
        # What an order of activity says is judged as such.
        is_activity = not entry.concepts.isdisjoint(HOLDING | {UNREAD})
        if is_activity or not may_tell(entry) or past.ended(entry.raw):
            continue
        day = day_told(entry, terminology)
        if day is None or day >= since:
            texts.append(words_of(entry))
    return frozenset[TrainingLimit]().union(
        *(limits_in_words(words, since, terminology) for words in texts)
    )


def _limits_of_orders(
    record: PatientRecord,
    signed: Sequence[Json],
    terminology: Terminology,
    today: date,
    past: PastStays,
) -> set[TrainingLimit]:
    """Return the limits by orders in force, but for those of devices."""
    limits = _limits_of_training(record, signed, terminology, today, past)
    for entry in record.of_key("serviceRequests"):
        named = entry.concepts & {AIDED, LEG_SPLINTED}
        told = entry.concepts & BY_ACT.keys()
        if not (named or told) or past.ended(entry.raw):
            continue
        if named and is_in_force(entry.raw, terminology, today):
            limits |= _among(BY_DEVICE, named)
        if told and _is_in_use(entry.raw, terminology, today):
            limits |= _among(BY_ACT, told)
    for order in signed:
        limits |= _among(BY_ACT, limits_of_order(order, terminology))
        named = splints_of_order(order, terminology)
        if walks_aided(order, terminology):
            named |= {AIDED}
        if named and is_in_force(order, terminology, today):
            limits |= _among(BY_DEVICE, named)
    return limits


def _limits_of_training(
    record: PatientRecord,
    signed: Sequence[Json],
    terminology: Terminology,
    today: date,
    past: PastStays,
) -> set[TrainingLimit]:
    """Return the limits by orders that hold training, or may."""
    stored = record.of_key("serviceRequests")
    held = [
        entry.raw
        for entry in stored
        if not entry.concepts.isdisjoint(HOLDING) and not past.ended(entry.raw)
    ]
    coded = [read_code(order, terminology) for order in signed]
    held += [one.raw for one in coded if holds_training(one, terminology)]
    limits: set[TrainingLimit] = {
        "therapist" if is_ended_by_therapist(order, terminology) else "order"
        for order in held
        if is_in_force(order, terminology, today)
    }
    unread = [
        entry.raw
        for entry in stored
        if UNREAD in entry.concepts and not past.ended(entry.raw)
    ]
    unread += [one.raw for one in coded if is_unread_activity(one, terminology)]
    if any(is_in_force(order, terminology, today) for order in unread):
        limits.add("unread")
    return limits


def forbidden_on(
    record: PatientRecord, terminology: Terminology, today: date, past: PastStays
) -> date | None:
    """Return the newest day of an order with `doNotPerform` of training, in force.

    One without a day is of today. None without such an order.
    """
    written = terminology.calendar.last_day
    return max(
        (
            written(entry.raw.get("authoredOn")) or today
            for entry in prohibitions_in_force(record, terminology, today, past)
            if not entry.concepts.isdisjoint(HELD)
        ),
        default=None,
    )


def prohibitions_in_force(
    record: PatientRecord, terminology: Terminology, today: date, past: PastStays
) -> Iterator[Entry]:
    """Yield the orders on record with `doNotPerform` that may be in force."""
    for entry in record.of_key("serviceRequests"):
        is_of_now = is_prohibition(entry.raw) and not past.ended(entry.raw)
        if is_of_now and is_in_force(entry.raw, terminology, today):
            yield entry


def _among(
    limits: Mapping[str, TrainingLimit], concepts: frozenset[str]
) -> set[TrainingLimit]:
    return {limits[name] for name in limits.keys() & concepts}


def _limits_of_devices(
    record: PatientRecord,
    signed: Sequence[Json],
    targets: Targets,
    terminology: Terminology,
    today: date,
) -> set[TrainingLimit]:
    """Return what devices say of walking, in use or being signed."""
    limits = set[TrainingLimit]()
    for key in DEVICE_KEYS:
        for entry in record.of_key(key):
            if _is_in_use(entry.raw, terminology, today):
                limits |= _among(BY_DEVICE, entry.concepts)
    for order in signed:
        if text(order.get("resourceType")) in DEVICE_ORDERS:
            titles = titles_of_device(order, targets)
            named = limits_of_device(order, titles, terminology)
            limits |= _among(BY_DEVICE, named)
    return limits


def _limits_of_diagnosis(
    entry: Entry, terminology: Terminology, today: date
) -> set[TrainingLimit]:
    """Return what a diagnosis in force says of walking, and its notes of weight."""
    condition = entry.raw
    if certainty_of(condition) in ("denied", "past"):
        return set()
    if clinical_status(condition) & PAST or _is_old(condition, terminology):
        return set()
    limits = _among(LASTING, entry.concepts)
    if not entry.concepts.isdisjoint(HELD):
        recorded = terminology.calendar.last_day(recorded_on(condition))
        if recorded is None or today - recorded <= HEALS_IN:
            limits.add("order")
    return limits


def _limits_of_operation(
    entry: Entry, terminology: Terminology, today: date
) -> set[TrainingLimit]:
    """Return what an operation does: of a leg for weeks, of a lost one for good."""
    if entry.status in NO_MORE:
        return set()
    limits = _among({LEG_LOST: "lost"}, entry.concepts)
    moment = moment_of(entry, terminology.calendar)
    if moment is None or today - moment.day <= HEALS_IN:
        limits |= _among(BY_OPERATION, entry.concepts)
    return limits


def _is_in_use(order: Json, terminology: Terminology, today: date) -> bool:
    """Tell if a device may be in use: its order is in force, or it came lately.

    An order of a device is `completed` once it was delivered. What an order says of the
    patient still holds when its act was done.
    """
    if text(order.get("status")).strip().lower() != "completed":
        return is_in_force(order, terminology, today)
    if not is_in_force({**order, "status": "active"}, terminology, today):
        return False
    written = terminology.calendar.last_day(order.get("authoredOn"))
    return written is not None and today - written <= HEALS_IN


def _injury_of(entry: Entry) -> TrainingLimit | None:
    """Return what a diagnosis names of pelvis or leg: a fracture first."""
    if not entry.concepts.isdisjoint(LEG):
        return "leg"
    return "leg-injury" if LEG_INJURED in entry.concepts else None


def is_in_force(order: Json, terminology: Terminology, today: date) -> bool:
    """Tell if an order may be in force: not over, not of another time."""
    is_over = text(order.get("status")).strip().lower() in NOT_IN_FORCE
    if is_over or text(order.get("intent")) == OPTION:
        return False
    times = read_times(order, terminology.calendar)
    if times.end is not None:
        return times.end >= today
    written = terminology.calendar.last_day(order.get("authoredOn"))
    day = max(filter(None, (times.start, written)), default=None)
    return day is None or today - day <= LONGEST_IN_FORCE


def _is_healing(entry: Entry, terminology: Terminology, today: date) -> bool:
    """Tell if a bone broke lately, or on a day that is not known."""
    condition, calendar = entry.raw, terminology.calendar
    if certainty_of(condition) in ("denied", "past"):
        return False
    if any(map(is_of_sequela, objects(condition.get("code")))):
        return False
    _, last = begun(condition, None, calendar)
    recorded = calendar.last_day(recorded_on(condition))
    if last is not None and recorded is not None:
        last = min(last, recorded)
    if last is None:
        if clinical_status(condition) & PAST or _is_old(condition, terminology):
            return False
        last = _earliest_of(recorded, _named_day(condition, terminology, today))
    return last is None or today - last <= _heals_in(entry.concepts & LEG)


def _heals_in(bones: frozenset[str]) -> timedelta:
    return HIP_HEALS_IN if bones == HIP else HEALS_IN


def _names_healing(entry: Entry, terminology: Terminology, today: date) -> bool:
    """Tell if an entry, but no diagnosis, lately named such a bone.

    What a reason names has no day of its own: that of the entry is the latest.
    """
    if entry.resource_type == "Condition" or entry.status in NO_MORE:
        return False
    moment = moment_of(entry, terminology.calendar)
    age = today - moment.day if moment else timedelta()
    if age > HEALS_IN:
        return False
    words = words_beside(entry.raw)
    bones = _coded_bones(entry, terminology)
    bones |= legs_in_words(words, today - HEALS_IN, terminology)
    return bool(bones) and age <= _heals_in(bones)


def _coded_bones(entry: Entry, terminology: Terminology) -> frozenset[str]:
    """Return the bones that codes next to the title of an entry name."""
    if entry.concepts.isdisjoint(LEG_ASIDE):
        return frozenset()
    codes = [*objects(entry.raw.get("conclusionCode"))]
    codes += [aside.code for aside in asides_of(entry.raw) if aside.code is not None]
    return frozenset[str]().union(
        *(terminology.concepts(code) & LEG for code in codes if not is_of_sequela(code))
    )


def _earliest_of(*days: date | None) -> date | None:
    return min(filter(None, days), default=None)


def _named_day(condition: Json, terminology: Terminology, today: date) -> date | None:
    """Return the last day that titles write next to such a bone: `hip fracture 2015`.

    A year next to something else says nothing of it.
    """
    parts = [
        part
        for title in texts_of(condition.get("code"))
        for part in _PARTS.split(title)
        if not terminology.text_concepts(part).isdisjoint(LEG)
    ]
    days = [[*latest_of(days_in(part), today)] for part in parts]
    return max(map(max, days)) if days and all(days) else None


def _is_old(condition: Json, terminology: Terminology) -> bool:
    """Tell if its words call it an old one: `Z.n.`."""
    words = texts_of(condition.get("code"))
    return any(terminology.text_concepts(word, OLD_FRACTURE) for word in words)
