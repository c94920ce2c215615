"""Find what became of the patients of an export.

OUTCOMES.csv has a row for each first kyphoplasty or vertebroplasty.

The inputs are those that a live order on that day would have had, by the same steps
(`scoring.known_on`): what was recorded later is taken away first. What counts as a new
fracture is a rule on codes and days; a person confirms it.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple, TextIO

from cds_service.core.earlier_cards.course_after_signing import STEPS, Course
from cds_service.core.findings import Finding, Findings, Value
from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.months import months_after
from cds_service.errors import DeadlinePassed, EvidenceUnavailable, PatientMismatch
from cds_service.fhir.certainty import certainty_of, is_later_encounter
from cds_service.fhir.entries.fractures.levels_of_entries import fracture_levels
from cds_service.fhir.entries.words.bystanders import FRACTURED
from cds_service.fhir.entries.words.fracture_sites import fractured_there
from cds_service.fhir.findings.augmentations.same_operation import SUBACUTE
from cds_service.fhir.findings.fractures.earlier_fracture import AT_ONCE
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.onset import recorded_on
from cds_service.fhir.orders.drafts import NO_DRAFTS
from cds_service.fhir.orders.levels.treated_levels import find_levels
from cds_service.fhir.raw_json import Json, member, objects, text, truth
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.population.outcomes.course_after_signing import read_course
from cds_service.population.outcomes.outcomes_file import (
    DEATH_WITHOUT_DAY,
    FOLLOWED,
    FOR_PEOPLE,
)
from cds_service.population.scoring import (
    PROCEDURES,
    Run,
    as_draft,
    by_type,
    is_augmentation,
    known_on,
    name_of,
)

Kinds = Mapping[str, Sequence[Json]]

PAIN_MONTHS = 12  # residual-pain-2025 asked after 12 months
PAIN_FROM = 3.5  # VAS; residual-pain-2025, Methods
PAIN_WINDOW = timedelta(days=46)  # policy: six weeks on either side count as 12 months
# Elements of a resource that say when something was true or done.
DAYS = {
    "Observation": ("effective",),
    "Condition": ("onset",),
    "Procedure": ("performed",),
    "Encounter": (),
    "MedicationAdministration": ("effective",),
    "MedicationStatement": ("effective",),
}
# Elements that say when it was written down.
WRITTEN = ("recordedDate", "authoredOn", "dateAsserted", "issued", "started")
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
# Statuses of what did not take place: no day on which the patient was seen.
NOT_SEEN = frozenset(
    {
        "cancelled",
        "planned",
        "entered-in-error",
        "not-done",
        "preparation",
        "noshow",
        "proposed",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A resource after the procedure that names a vertebral fracture.

    Attributes:
        is_new: a new fracture, by our rule; otherwise the treated one once more.
        why: the rule in words, for the person who confirms.
    """

    day: date
    reference: str
    levels: frozenset[str]
    is_new: bool
    why: str

    def __str__(self) -> str:
        levels = f" {'/'.join(sorted(self.levels))}" if self.levels else ""
        not_counted = "" if self.is_new else "not counted, "
        day = self.day.isoformat()
        return f"{day} {self.reference}{levels}: {not_counted}{self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One patient from the first augmentation on.

    Attributes:
        findings: as known on the day of the procedure.
        events: in order of their days.
        last_contact: the latest day that any resource names, up to the run's day.
        died: the day; None if alive, or if no day is stated.
        is_dead: the record says so, with or without a day.
        pain: 12 months after the procedure.
        course: what was done afterwards; None if that could not be read.
    """

    patient: str
    day: date
    procedures: tuple[str, ...]
    findings: Findings
    events: tuple[Event, ...]
    last_contact: date
    died: date | None
    is_dead: bool
    pain: Finding | None
    course: Course | None

    def refracture(self, months: int) -> bool | None:
        """Tell if a new fracture came within so many months.

        None if the patient was lost before. Who died without one had none.
        """
        until = months_after(self.day, months)
        if any(event.is_new and event.day <= until for event in self.events):
            return True
        is_followed = self.last_contact >= until or self.died is not None
        return False if is_followed else None

    @property
    def first_refracture(self) -> date | None:
        return min((event.day for event in self.events if event.is_new), default=None)

    @property
    def residual_pain(self) -> bool | None:
        """Count pain at 12 months without a new fracture, as residual-pain-2025 does.

        It is None after a fracture, and if it is unknown.
        """
        until = months_after(self.day, PAIN_MONTHS)
        has_broken = any(event.is_new and event.day <= until for event in self.events)
        if self.pain is None or has_broken:
            return None
        return float(self.pain.value) >= PAIN_FROM


def follow(patient: str, lines: Sequence[bytes], run: Run) -> Followed | str:
    """Return the course of one patient, or why they have no row.

    The reason is empty if there was no augmentation.

    Args:
        patient: their id.
        lines: as for `scoring.score`.
        run: what holds for all patients; nothing after its day counts.
    """
    kinds = by_type(lines)
    person = Person(patient, run.bases).identified(
        next(iter(kinds.get("Patient", ())), None), ()
    )
    day_of = run.service.calendar.named_day
    done = []
    for raw in kinds.get("Procedure", ()):
        is_done = text(raw.get("status")) in PROCEDURES - {"preparation"}
        if is_done and is_augmentation(raw, person, run):
            started = member(raw, "performedPeriod", "start")
            done.append((day_of(raw.get("performedDateTime") or started), raw))
    days = sorted(day for day, _ in done if day and day <= run.as_of)
    if not days:
        return "an augmentation without a day, or after the run's" if done else ""
    first = days[0]
    index = [raw for day, raw in done if day == first]
    try:
        followed = _follow(patient, kinds, person, first, index, run)
    except (EvidenceUnavailable, PatientMismatch, DeadlinePassed) as error:
        return str(error)
    return replace(followed, course=read_course(patient, lines, run, first))


def _follow(
    patient: str,
    kinds: Kinds,
    person: Person,
    first: date,
    index: Sequence[Json],
    run: Run,
) -> Followed:
    names, calendar = {name_of(raw) for raw in index}, run.service.calendar
    before = {
        kind: [
            _as_of(raw, first, calendar)
            for raw in listed
            if _known_on(raw, first, calendar) and name_of(raw) not in names
        ]
        for kind, listed in kinds.items()
    }
    drafts, specs = [as_draft(raw, first) for raw in index], run.service.finding_specs
    findings = known_on(first, person, before, drafts, run, specs).findings
    whole = next(iter(kinds.get("Patient", ())), {})
    stated = calendar.first_day(whole.get("deceasedDateTime"))
    died = stated if stated and stated <= run.as_of else None
    seen = _last_seen(kinds, first, run)
    events = sorted(
        _events(kinds, person, first, names, findings, run),
        key=lambda event: (event.day, event.reference),
    )
    return Followed(
        patient=patient,
        day=first,
        procedures=tuple(sorted(names)),
        findings=findings,
        events=tuple(events),
        last_contact=min(seen, died) if died else seen,
        died=died,
        is_dead=died is not None or truth(whole.get("deceasedBoolean")) is True,
        pain=_pain(person, kinds, first, run),
        course=None,
    )


def _last_seen(kinds: Kinds, first: date, run: Run) -> date:
    """Return the last day on which the patient was seen; at least the first."""
    seen = (
        raw
        for raw in chain.from_iterable(kinds.values())
        if text(raw.get("status")) not in NOT_SEEN
    )
    days = (day for raw in seen for day in _days(raw, run.service.calendar))
    return max([first, *(day for day in days if day <= run.as_of)])


# --- what was known on the day


def _known_on(raw: Json, day: date, calendar: SiteCalendar) -> bool:
    """Tell if the resource was neither true later nor written down later.

    What names no day counts as known, as it does live.
    """
    return all(named <= day for named in _days(raw, calendar, ends=False))


def _as_of(raw: Json, day: date, calendar: SiteCalendar) -> Json:
    """Return the resource as it was on that day.

    A problem solved later was active, and a patient who died later was alive.
    """
    if raw["resourceType"] == "Patient":
        return {
            key: value for key, value in raw.items() if not key.startswith("deceased")
        }
    over = calendar.effective(raw, "abatement")
    if raw["resourceType"] == "Condition" and over is not None and over.day > day:
        before = {
            key: value for key, value in raw.items() if not key.startswith("abatement")
        }
        return before | {
            "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]}
        }
    return raw


def _days(raw: Json, calendar: SiteCalendar, *, ends: bool = True) -> Iterator[date]:
    """Yield the days that a resource names: when it was true, when it was written."""
    for prefix in DAYS.get(raw["resourceType"], ()):
        if moment := calendar.effective(raw, prefix):
            yield moment.day
    sides = ("start", "end") if ends else ("start",)
    for value in (
        *(raw.get(key) for key in WRITTEN),
        *(member(raw, "period", side) for side in sides),
    ):
        if day := calendar.first_day(value):
            yield day


# --- what came after


def _events(
    kinds: Kinds,
    person: Person,
    first: date,
    index: set[str],
    findings: Findings,
    run: Run,
) -> Iterator[Event]:
    """Yield every later resource that names a vertebral fracture, or treats one."""
    terminology, calendar = run.service.terminology, run.service.calendar
    known = findings.known.get("treated-levels")
    treated = frozenset(str(known.value).split(",")) if known else frozenset[str]()
    fractures = [
        (_began(raw, first, calendar), fracture_levels(raw, terminology), raw)
        for raw in kinds.get("Condition", ())
        if certainty_of(raw) != "denied"
        and raw.get("status") != "entered-in-error"
        and _is_fracture(raw, terminology)
    ]
    broken = treated.union(
        *(levels for day, levels, _ in fractures if day and day <= first)
    )
    for day, levels, raw in fractures:
        if day and first < day <= run.as_of:
            onset = calendar.effective(raw, "onset")
            has_onset = onset is not None and onset.day == day
            rule = _rule_for_fracture(
                raw, levels, broken, day - first, has_onset=has_onset
            )
            yield _event(day, raw, levels, rule)
    for raw in kinds.get("Procedure", ()):
        moment = calendar.effective(raw, "performed")
        if (
            moment is None
            or not first < moment.day <= run.as_of
            or name_of(raw) in index
        ):
            continue
        if text(raw.get("status")) == "completed" and is_augmentation(raw, person, run):
            levels = frozenset(find_levels(raw, NO_DRAFTS, terminology).levels)
            rule = _rule_for_augmentation(levels, broken, moment.day - first)
            yield _event(moment.day, raw, levels, rule)


def _is_fracture(condition: Json, terminology: Terminology) -> bool:
    """Tell if its code, or its code with its body site, is a vertebral fracture.

    Words alone make no outcome.
    """
    concepts = terminology.concepts(condition.get("code"))
    return bool(
        concepts & FRACTURED or fractured_there(condition, concepts, terminology)
    )


class _Rule(NamedTuple):
    """The rule that an event meets, in words, and if it then is a new fracture."""

    why: str
    is_new: bool


def _rule_for_fracture(
    condition: Json,
    levels: frozenset[str],
    broken: frozenset[str],
    after: timedelta,
    *,
    has_onset: bool,
) -> _Rule:
    """Return the rule for a Condition that names a vertebral fracture.

    Args:
        condition: the Condition.
        levels: the vertebrae that it names.
        broken: the vertebrae that were treated or broken before.
        after: time since the procedure.
        has_onset: its day is that of the onset, not of the writing.
    """
    certainty = certainty_of(condition)
    if certainty != "stated":
        why = "recorded as past"
        if certainty == "doubted":
            why = "suspected, not confirmed"
        return _Rule(why, is_new=False)
    if levels and broken and not levels & broken:
        if has_onset or after > AT_ONCE:
            return _Rule("another level", is_new=True)
        return _Rule(
            "recorded within 30 days, may be of the first fracture", is_new=False
        )
    codings = objects(member(condition, "code", "coding"))
    if any(is_later_encounter(text(coding.get("code"))) for coding in codings):
        return _Rule("coded as follow-up of a fracture", is_new=False)
    if after <= SUBACUTE:
        return _Rule("within half a year, taken as the treated fracture", is_new=False)
    where = "no level stated"
    if levels & broken:
        where = "the treated or an earlier level again"
    return _Rule(f"{where}, more than half a year later", is_new=True)


def _rule_for_augmentation(
    levels: frozenset[str], broken: frozenset[str], after: timedelta
) -> _Rule:
    """Return the rule for a later augmentation, so long after the first one."""
    if levels & broken:
        return _Rule("augmentation of the same level again", is_new=False)
    why = "augmentation, no level stated"
    if levels and broken:
        why = "augmentation of another level"
    if after <= AT_ONCE:
        return _Rule(f"{why} within 30 days, may be planned", is_new=False)
    return _Rule(why, is_new=True)


def _event(day: date, raw: Json, levels: frozenset[str], rule: _Rule) -> Event:
    return Event(
        day=day,
        reference=name_of(raw),
        levels=levels,
        is_new=rule.is_new,
        why=rule.why,
    )


def _began(raw: Json, first: date, calendar: SiteCalendar) -> date | None:
    """Return the onset, or the day of writing if the onset is too coarse.

    An onset that is no more than the year or month of the procedure is too coarse.
    """
    onset = calendar.effective(raw, "onset")
    written = calendar.moment(recorded_on(raw))
    stated = text(raw.get("onsetDateTime"))
    is_vague = (
        stated != first.isoformat() and stated and first.isoformat().startswith(stated)
    )
    moment = written if written and (onset is None or is_vague) else onset
    return moment.day if moment else None


def _pain(person: Person, kinds: Kinds, first: date, run: Run) -> Finding | None:
    """Find the newest pain score 12 months after the procedure, within six weeks."""
    wanted = months_after(first, PAIN_MONTHS)
    until = min(wanted + PAIN_WINDOW, run.as_of)
    calendar = run.service.calendar
    known = {
        kind: [raw for raw in listed if _known_on(raw, until, calendar)]
        for kind, listed in kinds.items()
    }
    spec = {"pain-score": run.service.finding_specs["pain-score"]}
    findings = known_on(until, person, known, [], run, spec).findings
    pain = findings.known.get("pain-score")
    if pain is None or pain.observed is None or pain.observed < wanted - PAIN_WINDOW:
        return None
    return pain


# --- the file


def columns(run: Run) -> tuple[str, ...]:
    """Return the columns of the file.

    They are the findings that models use and studies ask for, the outcomes, and what a
    person must confirm.
    """
    studies = [
        study
        for study in run.service.studies.values()
        if isinstance(study, LogisticStudy)
    ]
    used = {
        name
        for study in studies
        for name in study.input_names
        if name in run.service.finding_specs
    }
    used |= {
        name for entry in run.service.pooled.study.inputs for name in entry.findings
    }
    of_criteria = {
        criterion.finding
        for study in run.service.studies.values()
        for criterion in study.applicability
    }
    basic = ("sex", "age", "procedure", "treated-levels", "level-count")
    findings = (*basic, *sorted((used | of_criteria) - set(basic)))
    outcomes = (
        "outcome-refracture",
        "months-refracture",
        "outcome-residual-pain",
        "months-residual-pain",
    )
    followed = (*FOLLOWED, *STEPS, *FOR_PEOPLE, "confirmed")
    return ("id", "date", *findings, *outcomes, *followed)


def write_rows(
    patients: Sequence[Followed], months: int, run: Run, target: TextIO
) -> None:
    """Write the file; `confirmed` is left to a person."""
    head = columns(run)
    writer = csv.DictWriter(target, head, restval="", lineterminator="\n")
    writer.writeheader()
    for patient in patients:
        writer.writerow(_row(patient, months, head))


def _row(patient: Followed, months: int, head: Sequence[str]) -> dict[str, str]:
    known = {
        name: finding
        for name, finding in patient.findings.known.items()
        if name in head
    }
    refracture, pain = patient.refracture(months), patient.residual_pain
    event_date = patient.first_refracture
    sources = [
        f"{name}={'+'.join(source.resource for source in finding.provenance)}"
        for name, finding in known.items()
    ]
    return {
        **{name: _cell(finding.value) for name, finding in known.items()},
        "id": patient.patient,
        "date": patient.day.isoformat(),
        "outcome-refracture": "" if refracture is None else str(int(refracture)),
        "months-refracture": str(months),
        "outcome-residual-pain": "" if pain is None else str(int(pain)),
        "months-residual-pain": str(PAIN_MONTHS),
        "event-date": event_date.isoformat() if event_date else "",
        "last-contact": patient.last_contact.isoformat(),
        "died": _day_of_death(patient),
        **_steps(patient.course),
        "event": "; ".join(map(str, patient.events)),
        "pain-at-12-months": _cell(patient.pain.value) if patient.pain else "",
        "resources": "; ".join((*patient.procedures, *sources)),
    }


def _steps(course: Course | None) -> dict[str, str]:
    """Return the first day of each step after the procedure, for people to look at."""
    if course is None:
        return {}
    days: dict[str, str] = dict.fromkeys(course.undated, "day not stated")
    days |= {step: day.isoformat() for step, day in course.days.items()}
    return days


def _day_of_death(patient: Followed) -> str:
    if patient.died:
        return patient.died.isoformat()
    return DEATH_WITHOUT_DAY if patient.is_dead else ""


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return value if isinstance(value, str) else f"{value:.6g}"
