"""Validate raw resources as R4 one by one, so that a broken one affects no other."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from cds_service.errors import CdsError
from cds_service.fhir.classes import class_of
from cds_service.fhir.element_names import WHOSE
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.shapes import FALLEN, fits
from cds_service.fhir.site_calendar import WRITTEN_YEAR, SiteCalendar

# FHIR requires seconds and a zone in a dateTime with hours; many systems omit them, or
# the colon in the zone.
LAX_TIME = re.compile(
    r"(?P<minute>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})"
    r"(?P<seconds>:[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?:(?P<utc>Z)|(?P<hours>[+-][0-9]{2}):?(?P<minutes>[0-9]{2}))?"
)

# A day with figures behind it, which may be no time: `T25:00`, `T10Z`.
NO_HOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+-]*Z?")

# Names of elements whose times we read. FHIR writes times as text; the library would
# read a number as seconds since 1970.
TIMES = re.compile(r"\w*(?:Date|DateTime|Instant)|start|end|event|authoredOn")

PERFORMED_AT, PERFORMED_IN_WORDS = "performedDateTime", "performedString"
PERFORMED_DURING = "performedPeriod"
ONSET_AT, ONSET_IN_WORDS = "onsetDateTime", "onsetString"
# Stands for the status of a procedure that has none; no list of statuses has it.
NO_STATUS = "not-stated"
# By type: the elements that only say when an entry was written, made or planned. One
# that is no FHIR time leaves the entry without any of them: its day is open. The end of
# what is taken or worn is none of them, since without it a drug would go on.
PARTS = ("start", "end")  # of a Period
DAYS: Mapping[str, tuple[str, ...]] = {
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod", "issued"),
    "ServiceRequest": ("authoredOn", "occurrenceDateTime", "occurrencePeriod"),
    "MedicationRequest": ("authoredOn",),
}

# Elements that name something: an empty one says no more than one that was not sent.
# Records that come from tables are full of them. A value, a status and a time are none.
NAMING = frozenset(
    {"code", "display", "reference", "system", "text", "unit", "version"}
)
# By type: elements that, if empty, are fields which nobody filled.
UNFILLED: Mapping[str, tuple[str, ...]] = {
    "Condition": (
        "abatementDateTime",
        "abatementString",
        "onsetDateTime",
        "onsetString",
        "recordedDate",
    ),
    "Procedure": (PERFORMED_AT,),
}

# Elements of other releases of FHIR that reverse what a resource says, or say it of
# another person. Each has the values with which it does neither.
NEGATIONS = (
    "doNotPerform",
    "notDone",
    "notPerformed",
    "notGiven",
    "wasNotGiven",
    "wasNotTaken",
)
REVERSING: Mapping[str | int, tuple[Any, ...]] = {
    **dict.fromkeys(NEGATIONS, (False, "false")),
    "taken": ("y",),
    "focus": (),
}


class BrokenResource(CdsError):
    """The resource is not valid R4, or something unknown may reverse its meaning."""


def parse_resource(
    raw: Mapping[str, Any], resource_type: str, calendar: SiteCalendar
) -> Mapping[str, Any]:
    """Return a resource that `fhir.resources.R4B` accepts, as it came or repaired.

    A time without an offset is read as the site's, a time without seconds as the full
    minute, an empty name or code as one that was not sent. Elements unknown to R4 are
    removed: vendors add them, and we read none of them.

    Raises:
        BrokenResource: the rest is not valid, or an element may reverse the meaning.
    """
    if fits(raw, resource_type):
        return raw
    if may_be_reversed(raw):
        raise BrokenResource
    whole: dict[str, Any] = _repaired(raw, calendar)
    _leave_out_unfilled(whole, UNFILLED.get(resource_type, ()))
    if resource_type == "Procedure":
        _tell_time_in_words(whole, calendar)
        if not whole.get("status"):
            whole["status"] = NO_STATUS
    if resource_type == "Condition":
        _tell_onset_in_words(whole, calendar)
    _leave_days_open(whole, DAYS.get(resource_type, ()), calendar)
    unknown = _unknown_elements(whole, resource_type)
    for path in unknown:
        name = path[-1]
        value = _take_out(whole, path)
        if name in REVERSING and value not in REVERSING[name]:
            raise BrokenResource
    # Without them something else may turn out to be wrong.
    if unknown and _unknown_elements(whole, resource_type):
        raise BrokenResource
    return whole


def _leave_out_unfilled(resource: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if resource.get(name) == "":
            del resource[name]


def _tell_time_in_words(procedure: dict[str, Any], calendar: SiteCalendar) -> None:
    """Move a time of an operation that is no FHIR time to where words may be.

    "18.11.2026" must not cost us the operation: its day is not known.
    """
    if _is_no_time(procedure.get(PERFORMED_AT), calendar):
        procedure[PERFORMED_IN_WORDS] = procedure.pop(PERFORMED_AT)
    period = procedure.get(PERFORMED_DURING)
    if not isinstance(period, Mapping):
        return
    words = [period[end] for end in PARTS if _is_no_time(period.get(end), calendar)]
    if not words:
        return
    rest = {name: one for name, one in period.items() if one not in words}
    if rest.keys() & set(PARTS):
        procedure[PERFORMED_DURING] = rest
    elif PERFORMED_AT not in procedure and PERFORMED_IN_WORDS not in procedure:
        del procedure[PERFORMED_DURING]
        procedure[PERFORMED_IN_WORDS] = " - ".join(words)


def _tell_onset_in_words(condition: dict[str, Any], calendar: SiteCalendar) -> None:
    """Move an onset that is no FHIR time to where words may be.

    "19.11.2026" must not cost us the diagnosis: its recorded day or a year in the words
    counts. Without both it stays broken: it may be of any day.
    """
    onset = condition.get(ONSET_AT)
    if not isinstance(onset, str) or calendar.moment(onset) is not None:
        return
    is_recorded = calendar.moment(recorded_on(condition)) is not None
    if is_recorded or WRITTEN_YEAR.search(onset):
        del condition[ONSET_AT]
        if onset.strip():
            condition.setdefault(ONSET_IN_WORDS, onset)


def _leave_days_open(
    resource: dict[str, Any], days: Sequence[str], calendar: SiteCalendar
) -> None:
    """Take all its days out of a resource if one of them is no FHIR time.

    "19.11.2026" must not cost us a report of a new fracture: it may be of any day. The
    other days are no surer, but that of the examination, or of the signature of an
    order, is exact whatever is written next to it.
    """
    junk = [
        name
        for name in days
        if any(_is_no_time(one, calendar) for one in _times_in(resource.get(name)))
    ]
    is_exact = bool(days) and days[0] not in junk and resource.get(days[0])
    for name in junk if is_exact else days if junk else ():
        resource.pop(name, None)


def _times_in(value: Any) -> list[Any]:
    return [*map(value.get, PARTS)] if isinstance(value, Mapping) else [value]


def _is_no_time(value: Any, calendar: SiteCalendar) -> bool:
    """Tell if words are where a FHIR time should be."""
    is_words = isinstance(value, str) and bool(value.strip())
    return is_words and calendar.moment(value) is None


def _unknown_elements(
    whole: Mapping[str, Any], resource_type: str
) -> list[tuple[int | str, ...]]:
    """List the paths of elements that R4 does not know.

    Raises:
        BrokenResource: anything else is wrong.
    """
    try:
        class_of(resource_type).model_validate(whole)
    except ValidationError as error:
        unknown = [
            fault["loc"]
            for fault in error.errors()
            if fault["type"] == "extra_forbidden"
        ]
        if len(unknown) < error.error_count():
            raise BrokenResource from None
        return unknown
    except FALLEN:
        raise BrokenResource from None
    return []


def may_be_reversed(raw: Mapping[str, Any]) -> bool:
    """Tell if rules or extensions that we do not know may reverse a resource's meaning.

    FHIR R4, Resource 2.1.27.0.1 and Extensibility 2.4.1.1.
    """
    return bool(raw.get("implicitRules")) or _is_modified(raw)


def _is_modified(value: Any) -> bool:
    """Tell if an extension may reverse the meaning of a resource or of its parts."""
    if isinstance(value, Mapping):
        parts = [part for name, part in value.items() if name != "contained"]
        return bool(value.get("modifierExtension")) or any(map(_is_modified, parts))
    return isinstance(value, list) and any(map(_is_modified, value))


def _take_out(whole: Any, path: Sequence[int | str]) -> Any:
    """Remove one element from our own copy, and return what it held."""
    *steps, name = path
    for step in steps:
        whole = whole[step]
    return whole.pop(name)


def parse_patient(
    raw: Mapping[str, Any], calendar: SiteCalendar
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """Return the Patient as JSON without its broken elements, and their names.

    A broken phone number must not cost us the birth date.

    Raises:
        BrokenResource: the rest is not valid either.
    """
    if fits(raw, "Patient"):
        return raw, ()
    whole = _repaired(raw, calendar)
    try:
        class_of("Patient").model_validate(whole)
    except ValidationError as error:
        broken = sorted(
            {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
        )
    except FALLEN:
        broken = sorted(whole.keys() - {"resourceType", "id", "gender", "birthDate"})
    else:
        return whole, ()
    elements = {
        name: value
        for name, value in whole.items()
        if name not in broken and name.lstrip("_") not in broken
    }
    return parse_resource(elements, "Patient", calendar), tuple(broken)


def _repaired(value: Any, calendar: SiteCalendar, name: str = "") -> Any:
    """Return a copy in which every time has seconds and an offset.

    What names something and is empty is left out, as if it had not been sent: FHIR has
    no empty text. A code of a fixed length loses the blanks at its end. A number in
    place of a time is marked, so that it is not taken for one.
    """
    if isinstance(value, Mapping):
        return {
            key: _repaired(part, calendar, str(key))
            for key, part in value.items()
            if not _is_unsaid(key, part, name)
        }
    if isinstance(value, list):
        return [_repaired(part, calendar, name) for part in value]
    if isinstance(value, int | float) and TIMES.fullmatch(name):
        return f"number {value}"
    if isinstance(value, str) and (name == "code" or TIMES.fullmatch(name)):
        value = value.strip()
    if isinstance(value, str) and value[10:11] == "T":
        return _with_whole_time(value, calendar)
    return value


def _is_unsaid(name: str, value: Any, parent: str) -> bool:
    """Tell if an element is empty and only names something.

    The patient of an entry stays as it was sent. A note needs its text (FHIR R4).
    """
    is_empty = isinstance(value, str) and not value.strip()
    is_number = name == "value" and parent == "identifier"
    is_naming = name in NAMING and parent != "note"
    return is_empty and parent not in WHOSE and (is_naming or is_number)


def _is_hour(written: str) -> bool:
    """Tell if a time has an hour, a minute and an offset that exist."""
    match = LAX_TIME.fullmatch(written)
    if match is None:
        return False
    parts = written[11:13], written[14:16], (match["seconds"] or ":00")[1:3]
    offset = (match["hours"] or "+00")[1:], match["minutes"] or "00"
    highest = ("23", "59", "59", "14", "59")
    return all(a <= b for a, b in zip((*parts, *offset), highest, strict=True))


def _with_whole_time(value: str, calendar: SiteCalendar) -> str:
    """Add seconds and offset to a time; return anything else unchanged.

    If the hour of a time cannot be read, "T25:00", the day is kept.
    """
    if NO_HOUR.fullmatch(value) and not _is_hour(value):
        return value[:10]
    match = LAX_TIME.fullmatch(value)
    if match is None:
        return value
    seconds = match["seconds"] or ":00"
    local = f"{match['minute']}{seconds}"
    if match["utc"]:
        return f"{local}Z"
    if match["hours"]:
        return f"{local}{match['hours']}:{match['minutes']}"
    return calendar.with_offset(local)
