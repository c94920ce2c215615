"""Find falls and broken bones since an operation, whose codes or words are understood.

Broken vertebrae of the thoracic and lumbar spine are compared with the treated ones by
`../operations/operation.py`. Entries that were not understood are another fact of a
discharge.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cds_service.core.facts.leaving import INJURY_KINDS, Injury, InjuryKind
from cds_service.core.words.phrases import DayForm
from cds_service.fhir.certainty import (
    PAST,
    certainty_of,
    clinical_status,
    is_later_encounter,
    is_sequela,
)
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.fractures.bones import BROKEN, CARRYING, FALLS
from cds_service.fhir.entries.words.past_by_words import OLD_FRACTURE
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import begun, last_of_end, recorded_on
from cds_service.fhir.orders.since.acts import NEVER
from cds_service.fhir.orders.since.coded_fractures import coded_results_since
from cds_service.fhir.orders.since.hip_repairs import (
    SIDES,
    Repair,
    repaired_on,
    repairs_of,
    sides_of,
)
from cds_service.fhir.orders.since.new_fractures import new_fractures_since
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    objects,
    text,
    texts_of,
)
from cds_service.fhir.references import last_name
from cds_service.fhir.site_calendar import SiteCalendar

INJURIES = FALLS | BROKEN
MONTH = timedelta(days=31)
# As long as a broken bone is followed up, and its code comes with each report.
FOLLOWED_UP = timedelta(days=90)
# A category of the chapter of injuries.
ICD_CATEGORY = re.compile(r"[ST][0-9]{2}")


class RecentTime(NamedTuple):
    """The time that counts.

    Attributes:
        operation: the day of the operation, or the first that counts.
        weeks: the first day of the last weeks, no later than the operation.
        stays: the stays in which the operation was done, by their names.
        brought: diagnoses that these stays name as what the patient came for.
        ended: when the operation ended, as it was written; empty if no hour is known.
    """

    operation: date
    weeks: date
    stays: frozenset[str]
    brought: frozenset[str] = frozenset()
    ended: str = ""


def injuries_since(
    record: PatientRecord, since: RecentTime, terminology: Terminology
) -> list[Injury]:
    """List the falls and the broken bones of these days, the gravest first.

    A fall counts from the operation on: an earlier fall broke the treated vertebra. A
    broken bone counts from then on, too, but a hip, pelvis or thigh also counts in the
    stay and in the last weeks. The repair of a broken hip counts from the operation on,
    unless the fracture that it repaired counts itself.

    Args:
        record: the patient's.
        since: the time that counts.
        terminology: the service's terminology.
    """
    birth = terminology.calendar.named_day(member(record.patient, "birthDate"))
    repairs = repairs_of(record, terminology)
    entries = _injured_entries(record, since, repairs, birth, terminology)
    fitting = [
        one
        for one in repairs
        if one.sides or one.reasons or not _broke_twice(entries, one.day, terminology)
    ]
    diagnoses = [
        _injury_of(entry, since, fitting, birth, terminology) for entry in entries
    ]
    repaired_on = {one.treated_on for one in diagnoses if one.treated_on}
    operations = [
        injury
        for injury in _operated_since(record, since, repairs, terminology)
        if (injury.treated_on or injury.day) not in repaired_on
    ]
    reports = new_fractures_since(record, since.operation, terminology)
    new = [Injury("new-fracture", name, day=day) for name, day in reports.items()]
    return sorted([*diagnoses, *operations, *new], key=_rank)


def _injured_entries(
    record: PatientRecord,
    since: RecentTime,
    repairs: Sequence[Repair],
    birth: date | None,
    terminology: Terminology,
) -> list[Entry]:
    """List the diagnoses of these days, and the broken bones that reports alone name.

    A report replaces a diagnosis of the same bone without a day.
    """
    listed = [
        entry
        for entry in record.of_key("conditions")
        if not entry.concepts.isdisjoint(INJURIES)
        and certainty_of(entry.raw) != "denied"
        and _is_of_these_days(entry, since, birth, terminology)
    ]
    dated = [one for one in listed if not _is_undated(one.raw, birth, terminology)]
    reported = [
        bone
        for bone in _broken_in_reports(record, since, dated, terminology)
        if not _was_repaired(bone, record, since, repairs, terminology)
    ]
    kept = [
        entry
        for entry in listed
        if entry in dated
        or not any(_is_of_one_bone(one, entry, terminology) for one in reported)
    ]
    return [*kept, *reported]


def _operated_since(
    record: PatientRecord,
    since: RecentTime,
    repairs: Sequence[Repair],
    terminology: Terminology,
) -> Iterator[Injury]:
    """Yield each operation since, of a bone that carries, as the injury it shows."""
    done = {one.reference for one in repairs}
    for entry in record.of_key("procedures"):
        is_of_bone = not entry.concepts.isdisjoint(CARRYING)
        if not is_of_bone or entry.status in NEVER or is_prohibition(entry.raw):
            continue
        day = _done_on(entry.raw, terminology.calendar)
        if day is None or day <= since.operation:
            continue
        kind, name = _kind_of(entry), entry.reference
        if name in done:
            yield Injury(kind, name, treated_on=day)
        else:
            yield Injury(kind, name, day, is_recorded=True)


def _rank(injury: Injury) -> tuple[bool, int, bool, int, str]:
    """Rank what is untreated first, then what is graver, then what is newer."""
    return (
        bool(injury.treated_on),
        INJURY_KINDS.index(injury.kind),
        injury.day is None,
        -(injury.day or date.min).toordinal(),
        injury.reference,
    )


def _broken_in_reports(
    record: PatientRecord,
    since: RecentTime,
    diagnoses: Sequence[Entry],
    terminology: Terminology,
) -> list[Entry]:
    """List the broken bones that only the coded results of reports name."""
    bones = [
        result
        for result in coded_results_since(record, since.weeks, terminology)
        if not result.concepts.isdisjoint(BROKEN)
        and certainty_of(result.raw) not in ("denied", "past")
        and _counts(result, since, terminology)
    ]
    listed = [
        *diagnoses,
        *(
            entry
            for entry in record.of_key("conditions")
            if not entry.concepts.isdisjoint(BROKEN - CARRYING)
            and entry.concepts.isdisjoint(CARRYING)
            and certainty_of(entry.raw) != "denied"
            and _is_followed_up(entry, since, terminology)
        ),
        *_legs_before(record, since, terminology),
    ]
    return [
        bone
        for bone in bones
        if not any(_is_of_one_bone(bone, one, terminology) for one in listed)
    ]


def _counts(result: Entry, since: RecentTime, terminology: Terminology) -> bool:
    """Tell if a report that names a broken bone is of the time that counts for it."""
    is_carrying = not result.concepts.isdisjoint(CARRYING)
    made = terminology.calendar.named_day(recorded_on(result.raw))
    return is_carrying or made is None or made >= since.operation


def _is_followed_up(entry: Entry, since: RecentTime, terminology: Terminology) -> bool:
    """Tell if a bone broke so long before the operation that its reports go on."""
    first, _ = begun(entry.raw, None, terminology.calendar)
    return first is not None and first >= since.operation - FOLLOWED_UP


def _legs_before(
    record: PatientRecord, since: RecentTime, terminology: Terminology
) -> list[Entry]:
    """List the broken bones that carry, and that were known before the operation.

    What was only suspected is not known.
    """
    return [
        entry
        for entry in record.of_key("conditions")
        if not entry.concepts.isdisjoint(CARRYING)
        and certainty_of(entry.raw) in ("stated", "past")
        and _is_before(entry.raw, since.operation, terminology.calendar)
    ]


def _is_before(condition: Json, operation: date, calendar: SiteCalendar) -> bool:
    """Tell if a diagnosis began before a day, or without an onset was recorded so."""
    first, last = begun(condition, None, calendar)
    recorded = calendar.last_day(recorded_on(condition))
    if first is not None and first == last:
        return first < operation
    # A month or a year is as late as it was recorded.
    return any(day is not None and day < operation for day in (last, recorded))


def _was_repaired(
    bone: Entry,
    record: PatientRecord,
    since: RecentTime,
    repairs: Sequence[Repair],
    terminology: Terminology,
) -> bool:
    """Tell if a bone that a report names was repaired lately before the operation.

    A repair without a side is of what the list names, if it names a bone that carries.
    """
    made = terminology.calendar.named_day(recorded_on(bone.raw))
    is_listed = bool(_legs_before(record, since, terminology))
    before = [
        one
        for one in repairs
        if made is not None
        and one.day < min(made, since.operation)
        and (one.sides or not is_listed)
    ]
    first = since.operation - FOLLOWED_UP
    return repaired_on(bone.raw, _kind_of(bone), first, before, terminology) is not None


def _is_of_one_bone(result: Entry, listed: Entry, terminology: Terminology) -> bool:
    """Tell if a diagnosis on the list may be the bone that a report names."""
    sides, others = (sides_of(one.raw, terminology) for one in (result, listed))
    is_other_side = bool(sides and others) and not sides <= others
    return _kind_of(result) == _kind_of(listed) and not is_other_side


def _kind_of(entry: Entry) -> InjuryKind:
    """Return the gravest kind that its codes or words name."""
    kinds = (kind for kind in INJURY_KINDS if kind in entry.concepts)
    others: InjuryKind = "fall" if entry.concepts & FALLS else "other-fracture"
    return next(kinds, others)


def _injury_of(
    entry: Entry,
    since: RecentTime,
    repairs: Sequence[Repair],
    birth: date | None,
    terminology: Terminology,
) -> Injury:
    """Read what broke, when, and if it was repaired since."""
    calendar = terminology.calendar
    kind = _kind_of(entry)
    first, last = begun(entry.raw, birth, calendar)
    recorded = calendar.last_day(recorded_on(entry.raw))
    recorded_first = calendar.first_day(recorded_on(entry.raw))
    injury = Injury(kind, entry.reference)
    if first is not None and first == last:
        injury = injury._replace(day=first)
    elif recorded is not None and recorded_first is not None:
        form = _form_of(recorded_first, recorded)
        injury = injury._replace(day=recorded_first, form=form, is_recorded=True)
        last = min(last, recorded) if last else recorded
    elif first is not None and last is not None:
        injury = injury._replace(day=first, form=_form_of(first, last))
    # An entry that names another injury as well is not treated whole.
    own = [] if _names_several(entry.raw) else repairs
    treated_on = repaired_on(entry.raw, kind, last, own, terminology)
    is_before = treated_on is not None and treated_on < since.operation
    return injury._replace(treated_on=treated_on, is_before=is_before)


def _form_of(first: date, last: date) -> DayForm:
    """Return how exactly a time is known, by its first and its last day."""
    if first == last:
        return "near"
    return "month" if last - first <= MONTH else "year"


def _broke_twice(
    entries: Sequence[Entry], by_day: date, terminology: Terminology
) -> bool:
    """Tell if both sides were broken by a day: a repair of one leaves the other."""
    sides: set[str] = set()
    for entry in entries:
        first, _ = begun(entry.raw, None, terminology.calendar)
        if first is None or first <= by_day:
            sides |= sides_of(entry.raw, terminology)
    return sides >= set(SIDES)


def _names_several(condition: Json) -> bool:
    """Tell if its codes of one code system are of several chapters or bones."""
    categories: dict[str, set[str]] = {}
    for coding in objects(member(condition, "code", "coding")):
        code, system = text(coding.get("code")), text(coding.get("system"))
        if ICD_CATEGORY.match(code):
            categories.setdefault(system, set()).add(code[:3])
    return any(len(one) > 1 for one in categories.values())


def _is_past(condition: Json, terminology: Terminology) -> bool:
    """Tell if a fall or a fracture is over by a status, or old by its words: `Z.n.`."""
    if clinical_status(condition) & PAST or certainty_of(condition) == "past":
        return True
    words = texts_of(condition.get("code"))
    return any(terminology.text_concepts(word, OLD_FRACTURE) for word in words)


def _is_of_these_days(
    entry: Entry, since: RecentTime, birth: date | None, terminology: Terminology
) -> bool:
    """Tell if a fall or a fracture began in the time that counts for it.

    Without an onset the day of recording counts, unless the code is of a later visit.
    In two cases only an onset counts: on the day of the operation itself, on which the
    fall that broke the treated vertebra is often recorded; and for an entry that is
    called over or old, since no fracture heals in these days.

    A month or a year counts as its last day, or as the day of the recording or the end
    if that is earlier. An entry without a day may be of these days if it is of this
    stay, or of none that is known. A fall and what the patient came with are not, but a
    bone that carries is.
    """
    is_carrying = not entry.concepts.isdisjoint(CARRYING)
    is_fall = entry.concepts.isdisjoint(BROKEN)
    start = since.weeks if is_carrying else since.operation
    condition, calendar = entry.raw, terminology.calendar
    codings = objects(member(condition, "code", "coding"))
    later = [*filter(is_later_encounter, (text(one.get("code")) for one in codings))]
    if any(map(is_sequela, later)):
        return False
    recorded = calendar.last_day(recorded_on(condition))
    first, last = begun(condition, birth, calendar)
    if first is not None and first == last:
        return first >= start
    if _is_over_before(condition, start, birth, calendar):
        return False
    is_over = bool(later) or _is_past(condition, terminology)
    if first is not None and last is not None:
        ends = min(last, recorded or last)
        is_of_admission = is_fall and recorded == since.operation
        is_known_over = is_over and recorded is None
        return ends >= start and not (is_of_admission or is_known_over)
    if recorded is not None and not is_carrying:
        return recorded > since.operation and not is_over
    stay = last_name(text(member(condition, "encounter", "reference")))
    is_of_weeks = recorded is not None and recorded >= start
    is_older = is_fall or (entry.reference in since.brought and not is_carrying)
    # Unknown words without a day, and of no stay that is known, count as well.
    is_of_any_time = recorded is None and not (stay and since.stays)
    is_of_stay = (is_of_any_time or stay in since.stays) and not is_older
    return (is_of_weeks or is_of_stay) and not is_over


def _is_undated(condition: Json, birth: date | None, terminology: Terminology) -> bool:
    calendar = terminology.calendar
    recorded = calendar.last_day(recorded_on(condition))
    return recorded is None and begun(condition, birth, calendar) == (None, None)


def _is_over_before(
    condition: Json, start: date, birth: date | None, calendar: SiteCalendar
) -> bool:
    """Tell if a condition ended before a day."""
    end = last_of_end(condition, birth, calendar)
    return end is not None and end < start


def _done_on(procedure: Json, calendar: SiteCalendar) -> date | None:
    """Return the last known day on which a procedure began; None if none is known."""
    period = member(procedure, "performedPeriod")
    times = (procedure.get("performedDateTime"), member(period, "start"))
    return max(filter(None, map(calendar.last_day, times)), default=None)
