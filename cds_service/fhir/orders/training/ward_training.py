"""Tell which orders of rehabilitation are of the stay alone, and end with it.

What a ward's physiotherapist does says nothing of the weeks after it. A rehabilitation
in hospital is another stay: it counts. The words are in `kinds/`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Literal, NamedTuple

from cds_service.core.braces.bracing import times_of
from cds_service.core.orders import SupportOrder, SupportOrders
from cds_service.fhir.entries.held_training import REHABILITATION
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import codeables
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.orders.unread.unread_in_referral import names_lasting_training
from cds_service.fhir.raw_json import Json, member, number, objects, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.fhir.settings_of_care import INPATIENT, OUTSIDE, WARD, settings_of

# Rules of `kinds/`.
AFTER_STAY, ON_WARD = ("training-after-stay",), ("training-on-ward",)
AROUND_OPERATION = ("training-around-operation",)
BY_WEEK, AFTER_OPERATION = ("training-by-week",), "after-operation"
# Of a place, and of those who treat.
WARD_PLACE, WARD_TEAM = ("place-on-ward",), ("team-on-ward",)
AS_STAY, PRESCRIBED = ("rehabilitation-as-stay",), ("training-prescribed",)
IN_HOSPITAL, BY_NAME = ("care-in-hospital",), ("rehabilitation-by-name",)
# Codes of a setting, small letters; `hu` is a unit of a hospital.
SETTINGS = WARD | {code.lower() for code in INPATIENT} | {"hu"}
# What is more often than this is of every day.
MOST_A_WEEK = 5
SINGLE_TIMES = frozenset({"occurrenceDateTime", "scheduledDateTime", "timingDateTime"})


def without_ward_training(
    support: SupportOrders,
    record: PatientRecord,
    terminology: Terminology,
    *,
    encounter: str | None,
    today: date,
) -> SupportOrders:
    """Leave orders of rehabilitation uncounted that end with the stay.

    Args:
        support: the orders found.
        record: the patient's record.
        terminology: the service's terminology.
        encounter: the id of the stay that ends.
        today: the day of the answer.
    """
    resources = {
        f"ServiceRequest/{text(entry.raw.get('id'))}": entry.raw
        for entry in record.of_key("serviceRequests")
    }
    stay = f"Encounter/{encounter}" if encounter else ""

    def judged(order: SupportOrder) -> SupportOrder:
        resource = resources.get(order.reference)
        if order.is_draft or order.kind not in REHABILITATION or resource is None:
            return order
        end = _end_of(order, resource, terminology, stay=stay, today=today)
        standing = order.standing
        if end == "unsure" and standing.is_read_whole:
            return replace(order, standing=standing._replace(not_now=end))
        if end != "ward":
            # One that is not understood is named as such.
            return order
        # What is not understood in it may not make it one for later.
        standing = standing._replace(not_now="ward", is_read_whole=True)
        return replace(order, standing=standing)

    return replace(support, orders=tuple(map(judged, support.orders)))


def is_visit_on_ward(
    visit: Sequence[str], orders: Sequence[str], terminology: Terminology
) -> bool:
    """Tell if an appointment for training is one of the ward.

    What it says of itself decides before what its orders say.

    Args:
        visit: the words of the appointment.
        orders: the words of the orders that it refers to.
        terminology: the service's terminology.
    """
    if _names(visit, AFTER_STAY, terminology):
        return False
    if _is_on_ward(visit, terminology):
        return True
    is_after = _names(orders, AFTER_STAY, terminology)
    return not is_after and _is_on_ward(orders, terminology)


def _is_on_ward(words: Sequence[str], terminology: Terminology) -> bool:
    if _names(words, ON_WARD + AROUND_OPERATION, terminology):
        return True
    is_in_hospital = _names(words, IN_HOSPITAL, terminology)
    return is_in_hospital and not _names(words, BY_NAME, terminology)


class _OrderWords(NamedTuple):
    """The words of an order of rehabilitation, by what they are about."""

    titles: list[str]
    reasons: list[str]
    categories: list[str]
    places: list[str]
    teams: list[str]
    notes: list[str]

    @property
    def everywhere(self) -> list[str]:
        """Return all words but those of its reasons."""
        of_act = [*self.titles, *self.categories, *self.places]
        return [*of_act, *self.teams, *self.notes]

    def are_of_ward(self, terminology: Terminology) -> bool:
        """Tell if words, place or team are of the ward, or of the operation's days."""
        return (
            _names(self.everywhere, ON_WARD, terminology)
            or _names([*self.titles, *self.reasons], AROUND_OPERATION, terminology)
            or _names(self.places, WARD_PLACE, terminology)
            or _names(self.teams, WARD_TEAM, terminology)
        )


def _words_of(resource: Json, terminology: Terminology) -> _OrderWords:
    places = _words(codeables(resource, "locationCode"))
    teams = _words(codeables(resource, "performerType"))
    notes = [
        words
        for one in objects(resource.get("note"))
        if not terminology.own_words.fullmatch(words := text(one.get("text")))
    ]
    return _OrderWords(
        titles=_words(codeables(resource, "code", "orderDetail")),
        reasons=_words(codeables(resource, "reasonCode")),
        categories=_words(codeables(resource, "category", "locationCode")),
        places=[*places, *_displays(resource, "locationReference")],
        teams=[*teams, *_displays(resource, "performer")],
        notes=[*notes, text(resource.get("patientInstruction"))],
    )


def _end_of(
    order: SupportOrder,
    resource: Json,
    terminology: Terminology,
    *,
    stay: str,
    today: date,
) -> Literal["", "ward", "unsure"]:
    """Tell if rehabilitation ends with the stay, by its words, its setting or its days.

    Its place and who treats count as its words do. An order for after it, or of a stay
    for rehabilitation, is one whatever its setting.
    """
    words, settings = _words_of(resource, terminology), settings_of(resource)
    is_after = _names(words.everywhere, AFTER_STAY, terminology)
    if is_after or not settings.isdisjoint(OUTSIDE):
        return ""
    if words.are_of_ward(terminology):
        return "ward"
    is_in_hospital = (
        _names(words.titles, IN_HOSPITAL, terminology)
        or not settings.isdisjoint(SETTINGS)
        or _names(words.categories, IN_HOSPITAL, terminology)
    )
    if _names(words.titles, BY_NAME, terminology):
        is_titled_so = _names(words.titles, IN_HOSPITAL, terminology)
        if is_titled_so and _names(words.titles, AS_STAY, terminology):
            return ""
        is_in_hospital = False
    if is_in_hospital or _is_over_with_stay(
        order, resource, terminology, stay=stay, today=today
    ):
        return "ward"
    is_later = _names(words.titles, PRESCRIBED, terminology) or _goes_on(order, today)
    is_sure = is_later or _is_lasting(resource, words, terminology, today)
    return "" if is_sure else "unsure"


def _is_lasting(
    resource: Json, words: _OrderWords, terminology: Terminology, today: date
) -> bool:
    """Tell if nothing in an order may be of the ward: "early", "daily", one time.

    "Postoperative" may be, unless it is some times a week or for weeks.
    """
    if _is_daily(resource) or _is_single(resource, terminology, today):
        return False
    texts = words.titles + words.notes
    if _is_weekly(resource) or _names(texts, BY_WEEK, terminology):
        texts = [terminology.kinds.without(one, AFTER_OPERATION) for one in texts]
    return all(names_lasting_training(one, terminology) for one in texts)


def _goes_on(order: SupportOrder, today: date) -> bool:
    """Tell if its days begin or end after today."""
    times = times_of(order, None, today)
    begins_later = order.start is not None and order.start > today
    return begins_later or (times.ends is not None and times.ends > today)


def _is_daily(resource: Json) -> bool:
    """Tell if its timing is of every day, or of hours."""
    repeat = member(resource, "occurrenceTiming", "repeat")
    unit, period = text(member(repeat, "periodUnit")), number(member(repeat, "period"))
    often = number(member(repeat, "frequency")) or 1
    return unit in ("h", "min") or (unit == "d" and often >= (period or 1))


def _is_weekly(resource: Json) -> bool:
    """Tell if its timing is of some days of each week."""
    repeat = member(resource, "occurrenceTiming", "repeat")
    often = number(member(repeat, "frequency")) or 1
    period = number(member(repeat, "period")) or 1
    is_by_week = text(member(repeat, "periodUnit")) == "wk"
    return is_by_week and often <= MOST_A_WEEK * period


def _is_single(resource: Json, terminology: Terminology, today: date) -> bool:
    """Tell if it is of one time, by today."""
    read = read_times(resource, terminology.calendar)
    is_past = read.start is not None and read.start <= today
    return is_past and bool(read.read & SINGLE_TIMES)


def _is_over_with_stay(
    order: SupportOrder,
    resource: Json,
    terminology: Terminology,
    *,
    stay: str,
    today: date,
) -> bool:
    """Tell if its days end by today, or its only time lies within this stay."""
    times = times_of(order, None, today)
    if times.ends is not None and times.ends <= today and not times.is_shortest:
        return True
    read = read_times(resource, terminology.calendar)
    if read.start is None or read.start > today or not read.read & SINGLE_TIMES:
        return False
    return bool(stay) and _stay_named_in(resource) == stay


def _stay_named_in(resource: Json) -> str:
    return last_name(text(member(resource, "encounter", "reference")))


def _displays(resource: Json, element: str) -> list[str]:
    """Return the names of what an order refers to."""
    return [text(one.get("display")) for one in objects(resource.get(element))]


def _words(named: Sequence[Json]) -> list[str]:
    return [words for codeable in named for words in texts_of(codeable)]


def _names(
    words: Sequence[str], kinds: tuple[str, ...], terminology: Terminology
) -> bool:
    return any(terminology.kinds.named(one, kinds) for one in words)
