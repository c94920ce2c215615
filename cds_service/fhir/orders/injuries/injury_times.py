"""Tell when another injury happened, for which a brace may be worn.

A search counts what is not older than half a year (`Search.is_old`): an older entry is
often a healed fracture that was never closed. Each question is about one kind of entry:

| question             | asked of         | is it …                         | no day   |
|----------------------|------------------|---------------------------------|----------|
| `freshness_of`       | a fracture       | fresh, old, or open             | open     |
| `is_unsettled`       | one not old      | not called over                 | yes      |
| `is_after_operation` | a fracture       | begun after the operation       | no       |
| `is_long_over`       | a condition      | closed, with only older days    | no       |
| `is_recent_act`      | order, procedure | ordered, planned or done lately | yes      |
| `is_recent_result`   | report, exam     | measured or issued lately       | yes      |
| `is_recent_entry`    | any other entry  | done or written lately          | yes      |

For example, on 26 November 2026 the last half year begins on 30 May. An active fracture
with the onset 10 May 2026 is old. With the onset 2026, and no day of recording, it is
open: that year ends after 30 May.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from cds_service.fhir.certainty import (
    ACTIVE,
    PAST,
    certainty_of,
    clinical_status,
    is_later_encounter,
    is_of_sequela,
)
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.broken_in_words import (
    names_new_vertebra,
    told_by_words,
)
from cds_service.fhir.entries.words.past_by_words import OLD_FRACTURE
from cds_service.fhir.entries.words.problem_words import is_taken_as_active
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, recorded_on
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.orders.operations.operation import Operation
from cds_service.fhir.orders.order_times import read_times
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.site_calendar import Moment, SiteCalendar

HALF_YEAR = timedelta(days=180)
# policy: the treated fracture is often recorded after its operation, and that day
# entered as its onset
DOCUMENTED_WITHIN = timedelta(days=7)
NO_MORE = frozenset({"entered-in-error", "not-done", "stopped", "revoked", "cancelled"})

Freshness = Literal["fresh", "open", "old"]


@dataclass(frozen=True)
class Search:
    """A search for other injuries, in a record and a signing, on a day.

    Attributes:
        operation: what was treated, or will be.
    """

    record: PatientRecord
    drafts: DraftOrders
    operation: Operation
    terminology: Terminology
    today: date

    @cached_property
    def birth(self) -> date | None:
        """Return the day of birth, by which an age at onset becomes a day."""
        return self.calendar.named_day(member(self.record.patient, "birthDate"))

    @property
    def treated(self) -> tuple[str, ...]:
        """Return the treated levels; empty if they are not known."""
        return self.operation.levels

    @property
    def calendar(self) -> SiteCalendar:
        return self.terminology.calendar

    @property
    def recent_since(self) -> date:
        """Return the first day of what is recent, and may still be a fresh fracture."""
        return self.today - HALF_YEAR

    def is_old(self, day: date | None) -> bool:
        """Tell if a day is known, and is not recent any more."""
        return day is not None and day < self.recent_since


# --- of fractures and other conditions


def freshness_of(fracture: Json, search: Search) -> Freshness:
    """Tell if a fracture is recent; open if its day or its statuses do not say."""
    terminology, today = search.terminology, search.today
    statuses, certainty = clinical_status(fracture), certainty_of(fracture)
    words = texts_of(fracture.get("code"))
    is_old_by_words = any(
        terminology.text_concepts(word, OLD_FRACTURE) for word in words
    )
    if is_old_by_words:
        # "Old T12 and new T11" is of two ages.
        year = search.recent_since.year
        told = told_by_words(words, year, terminology, is_report=False)
        is_old_by_words = not (
            told.new or any(names_new_vertebra(word, terminology) for word in words)
        )
    if certainty == "denied" or is_old_by_words:
        return "old"
    if statuses & PAST or certainty == "past":
        # No fracture is healed in a few weeks, whatever its status says.
        return "old" if is_long_over(fracture, search) else "open"
    first, last = days_begun(fracture, search)
    if search.is_old(last):
        return "old"
    is_dated = first is not None and search.recent_since <= first <= today
    is_active = statuses & ACTIVE or is_taken_as_active(fracture, terminology)
    return "fresh" if is_dated and is_active and certainty == "stated" else "open"


def is_unsettled(fracture: Json, search: Search) -> bool:
    """Tell if a fracture that may be recent is not called over.

    A code of a later visit calls it treated before, unless its own onset is recent: no
    fracture heals so soon. A sequela is over.
    """
    if clinical_status(fracture) & PAST:
        return False
    if not _is_of_later_encounter(fracture):
        return certainty_of(fracture) != "past"
    if _is_sequela(fracture):
        return False
    first, _ = begun(fracture, search.birth, search.calendar)
    return first is not None and search.recent_since <= first <= search.today


def is_after_operation(
    fracture: Json, places: Collection[str], search: Search
) -> bool | None:
    """Tell if a fracture of these places began after their operation.

    Without an onset, it may have if it was recorded more than a week later.

    Args:
        fracture: the condition.
        places: the vertebrae that it names; empty if it names none.
        search: where to look.

    Returns:
        None if it may have.
    """
    operated = search.operation.day_of(places)
    if operated is None or _is_of_later_encounter(fracture):
        return False
    first, _ = begun(fracture, search.birth, search.calendar)
    if first is not None:
        return first > operated
    recorded = search.calendar.first_day(recorded_on(fracture))
    is_late = recorded is not None and recorded - operated > DOCUMENTED_WITHIN
    return None if is_late else False


def _is_of_later_encounter(condition: Json) -> bool:
    codings = objects(member(condition, "code", "coding"))
    return any(is_later_encounter(text(coding.get("code"))) for coding in codings)


def _is_sequela(condition: Json) -> bool:
    return any(map(is_of_sequela, objects(condition.get("code"))))


def is_long_over(condition: Json, search: Search) -> bool:
    """Tell if a condition is over by its status, and none of its days is recent."""
    is_past = clinical_status(condition) & PAST or certainty_of(condition) == "past"
    if not is_past:
        return False
    _, begun_last = days_begun(condition, search)
    times = (
        condition.get("abatementDateTime"),
        member(condition, "abatementPeriod", "end"),
        recorded_on(condition),
    )
    days = [begun_last, *map(search.calendar.last_day, times)]
    return search.is_old(_newest(days))


def days_begun(condition: Json, search: Search) -> tuple[date | None, date | None]:
    """Return the first and the last day on which a condition may have begun.

    None if nothing gives that day. A fracture is recorded after it began, so the day of
    recording is the latest possible one. Without an onset, it is used for both.
    """
    calendar, recorded = search.calendar, recorded_on(condition)
    recorded_last = calendar.last_day(recorded)
    if not any(name.removeprefix("_").startswith("onset") for name in condition):
        return calendar.first_day(recorded), recorded_last
    first, last = begun(condition, search.birth, calendar)
    known = [day for day in (last, recorded_last) if day]
    return first, min(known, default=None)


# --- of orders, procedures and reports


def is_recent_act(resource: Json, search: Search) -> bool:
    """Tell if the newest day on which it was done, planned or ordered is recent.

    What has no day counts; what was stopped or never done does not.
    """
    if text(resource.get("status")) in NO_MORE:
        return False
    calendar = search.calendar
    performed = calendar.effective(resource, "performed")
    planned = read_times(resource, calendar).start
    written = calendar.first_day(resource.get("authoredOn"))
    done = performed.day if performed else None
    return not search.is_old(_newest([done, planned, written]))


def is_recent_result(resource: Json, search: Search) -> bool:
    """Tell if the last day on which it was begun, measured or issued is recent.

    What has no day counts.
    """
    times = map(resource.get, ("started", "effectiveDateTime", "issued"))
    return not search.is_old(_newest(map(search.calendar.last_day, times)))


def is_recent_entry(entry: Entry, search: Search) -> bool:
    """Tell if the day on which an entry was done, measured or written is recent.

    What has no day counts.
    """
    moment = moment_of(entry, search.calendar)
    return not search.is_old(moment.day if moment else None)


def _newest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day), default=None)


def moment_of(entry: Entry, calendar: SiteCalendar) -> Moment | None:
    """Return when an entry was done or measured, else when it was written or begun."""
    element = "performed" if entry.resource_type == "Procedure" else "effective"
    done = calendar.effective(entry.raw, element)
    names = ("authoredOn", "issued", "whenHandedOver", "started")
    written = next(filter(None, map(entry.raw.get, names)), None)
    return done or calendar.moment(written)
