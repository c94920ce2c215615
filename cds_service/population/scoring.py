"""Assess one patient of an export by the same steps as a live order (`service.py`).

The patient is assessed on the day of the newest kyphoplasty or vertebroplasty of the
export, done or ordered, by what the record held then: nothing dated later counts, and
ages are counted from that day. If the command line names the procedure for all, the day
is the run's. A patient for whom the export holds no such procedure is not assessed: the
studies say nothing about those who were not treated.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from cds_service.call import Service, ServiceHook
from cds_service.cards.answer import Answer
from cds_service.cards.extension import EXTENSION, assessments_extension
from cds_service.core.case import Case, Questions, conclude
from cds_service.core.findings import Findings
from cds_service.core.orders import AugmentationOrder
from cds_service.core.risk.assessment import OUTCOMES
from cds_service.core.vocabulary import FindingSpec, ReadSpec
from cds_service.errors import DeadlinePassed, EvidenceUnavailable, PatientMismatch
from cds_service.fhir.findings.chart import Chart, CountedDays
from cds_service.fhir.findings.drugs.medication_list import NOT_ORDERED
from cds_service.fhir.gathering.fetching import NO_SERVER
from cds_service.fhir.gathering.gather import record_in
from cds_service.fhir.gathering.plan import PrefetchPlan
from cds_service.fhir.gathering.query_results import (
    NOTHING_THERE,
    QueryResult,
    each_once,
)
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.record_state import state_of
from cds_service.fhir.gathering.refusals import needed_results
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.orders.levels.broken_levels import region_treated
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import (
    read_drafts,
    recognise_augmentation,
    with_meanings,
)
from cds_service.fhir.orders.referred import with_referred
from cds_service.fhir.raw_json import Json, is_prohibition, member, objects, text
from cds_service.fhir.references import NO_BASE, Bases, BundleEntry, last_name
from cds_service.fhir.site_calendar import answered_on
from cds_service.outgoing.deadline import Deadline
from cds_service.population.bulk import ASIDE, LineError, Look, head_of, read_line
from cds_service.population.worklist import OF_LOOP, Row, find_rows
from cds_service.protocol.json_text import canonical_json, decode_again
from cds_service.service import find_findings

NO_PROCEDURE = (
    "no kyphoplasty or vertebroplasty of this patient in the export; --procedure names"
    " one for all"
)
DECEASED = "the patient has died"
# Findings that only cards read: no figure or its words, no criterion and no other
# finding rests on them.
OF_CARDS = frozenset(
    {
        *("ct-on-record", "mri-on-record", "local-kyphosis", "pain-score"),
        *("mna-category", "mna-score", "sarcopenia-site", "stable-burst-fracture"),
    }
)
# Types that many EHRs do not keep: without a file, the list counts as empty.
OFTEN_NOT_KEPT = frozenset({"MedicationStatement"})
# Statuses of a Procedure or order that was done, is being done or is to be done.
PROCEDURES = frozenset({"completed", "in-progress", "preparation"})
ORDERS = frozenset({"active", "completed", "draft", "on-hold"})
SECONDS = 600.0  # for one patient: no record takes a second


@dataclass(frozen=True, kw_only=True)
class Run:
    """The data that all patients of a run share.

    Attributes:
        as_of: the day that counts as today.
        exported: the resource types that the export has files or lines of; a list of
            another type was not read.
        order: the order of `--procedure` and `--level`, for all; None if each patient's
            own counts.
        bases: bases of the server that made the export.
        with_worklist: find the rows of the worklist too.
    """

    service: Service
    hook: ServiceHook
    as_of: date
    exported: frozenset[str] = frozenset()
    order: Mapping[str, Any] | None = None
    bases: Bases = NO_BASE
    with_worklist: bool = False

    @cached_property
    def specs(self) -> Mapping[str, FindingSpec]:
        """Return the findings that figures rest on."""
        return {
            name: spec
            for name, spec in self.service.finding_specs.items()
            if name not in OF_CARDS
        }

    @cached_property
    def questions(self) -> Questions:
        """Ask for the facts that make the risk a lower limit, or forbid it."""
        files = tuple(
            fact for fact in self.hook.facts if fact.not_counted or fact.forbids_risk
        )
        return Questions(facts=files, signals=frozenset(fact.signal for fact in files))


ID = re.compile(rb'"id"\s*:\s*"([^"]*)"')
CODES = re.compile(rb'"code"\s*:\s*"([^"]*)"')


def look_for(service: Service) -> Look:
    """Make a test of a line's bytes: may an Observation hold a code that we read?

    Most of a record is laboratory values, which need not be decoded. A line with an
    escaped letter may hold any code.
    """
    hook = service.signing_hook
    keys = {
        template.key
        for template in hook.plan.needed.templates
        if template.resource_type == "Observation"
    }
    wanted = frozenset(
        concept
        for spec in service.finding_specs.values()
        if isinstance(spec, ReadSpec) and spec.key in keys
        for concept in spec.asked_concepts
    )

    @lru_cache(maxsize=100_000)
    def is_ours(code: bytes) -> bool:
        return not wanted.isdisjoint(
            service.terminology.concepts_anywhere(code.decode(errors="replace"))
        )

    return lambda line: line.find(b"\\") >= 0 or any(map(is_ours, CODES.findall(line)))


# Types that say that a patient was treated, or is to be. Escaped letters may hide a
# type's name.
PROCEDURE, REQUEST, ESCAPED = b'"Procedure"', b'"ServiceRequest"', b"\\u00"


def may_treat(lines: bytes) -> bool:
    """Tell by their bytes if one of these lines may say that a patient was treated."""
    return PROCEDURE in lines or REQUEST in lines or ESCAPED in lines


def find_treated(line: bytes, run: Run) -> str:
    """Name the patient whose augmentation a line may be; empty if it is none.

    Most lines are passed over by their bytes. A line that cannot be read gives an empty
    name: it is reported when all lines are read.
    """
    if not may_treat(line):
        return ""
    try:
        raw = read_line(line.strip())
    except LineError:
        return ""
    kind, patient, _ = head_of(raw, run.bases)
    is_either = kind in ("Procedure", "ServiceRequest")
    return patient if is_either and _may_count(raw, run) else ""


class Result(NamedTuple):
    """The result of one patient, as it waits for the others.

    Attributes:
        line: `{"patient": …, "assessments": […]}` as canonical JSON.
        why_and_rows: JSON array of why the patient was not assessed, empty if they
            were, and the rows of the worklist.
    """

    patient: str
    line: str
    why_and_rows: str


def score(patient: str, lines: Sequence[bytes], run: Run) -> Result:
    """Return the assessments of one patient.

    The order of the lines does not matter; nothing but the arguments does.

    Args:
        patient: their id.
        lines: resources that name this patient, and the Medications and Devices that
            those refer to; each as `take_line` has accepted it.
        run: what holds for all patients.
    """
    try:
        assessments, why_not, rows = _score(patient, by_type(sorted(lines)), run)
    except (EvidenceUnavailable, PatientMismatch, DeadlinePassed) as error:
        assessments, why_not, rows = _not_applicable(str(error)), str(error), ()
    line = canonical_json({"patient": patient, "assessments": assessments})
    return Result(patient, line, json.dumps([why_not, rows]))


def by_type(lines: Iterable[bytes]) -> Mapping[str, Sequence[Json]]:
    """Group a patient's resources by type, each in its newest version.

    Exports that were joined hold older ones too. A line that was set aside is decoded
    only if it may be another version of an Observation that is kept.
    """
    kinds: dict[str, list[BundleEntry]] = {}
    aside: list[bytes] = []
    for line in lines:
        if line.startswith(ASIDE):
            aside.append(line)
        else:
            raw = decode_again(line)
            kinds.setdefault(raw["resourceType"], []).append(BundleEntry(raw))
    if aside and "Observation" in kinds:
        ours = {
            text(entry.resource.get("id")).encode() for entry in kinds["Observation"]
        }
        again = (line for line in aside if not ours.isdisjoint(ID.findall(line)))
        kinds["Observation"] += [BundleEntry(decode_again(line)) for line in again]
    return {
        kind: [entry.resource for entry in each_once(entries)]
        for kind, entries in kinds.items()
    }


def _score(
    patient: str, kinds: Mapping[str, Sequence[Json]], run: Run
) -> tuple[list[Any], str, tuple[Row, ...]]:
    person = Person(patient, run.bases).identified(
        next(iter(kinds.get("Patient", ())), None), ()
    )
    if run.order:
        drafts: list[Json] = [dict(run.order)]
        day = run.as_of
    else:
        drafts, day = _own_orders(kinds, person, run)
    if not drafts:
        return _not_applicable(NO_PROCEDURE), NO_PROCEDURE, ()

    record, order, findings = known_on(day, person, kinds, drafts, run, run.specs)
    rows = _waiting(kinds, record, person, run) if run.with_worklist else ()
    if findings.is_true("deceased"):
        return _not_applicable(DECEASED), DECEASED, rows
    case = Case(
        in_force=run.service,
        questions=run.questions,
        order=order,
        record_state=state_of(record),
        findings=findings,
        today=day,
    )
    answer = Answer(conclusion=conclude(case), texts=run.hook.texts)
    return assessments_extension(answer)[EXTENSION], "", rows


def _waiting(
    kinds: Mapping[str, Sequence[Json]],
    record: PatientRecord,
    person: Person,
    run: Run,
) -> tuple[Row, ...]:
    """Return the rows of the worklist, with dispenses and supply requests read too.

    A dispense proves that a drug was collected.
    """
    if any(kinds.get(kind) for kind in OF_LOOP):
        deadline = Deadline.after(SECONDS)
        record = record_of(person, kinds, run, loop_plan(run), deadline)
    return find_rows(record, visits_of(kinds, person), run.service, run.as_of)


def visits_of(kinds: Mapping[str, Sequence[Json]], person: Person) -> list[Json]:
    """Return the patient's visits: procedures, encounters and appointments.

    An Appointment has no subject: the patient takes part in it. One in which no patient
    takes part is of the patient whom its line names.
    """
    listed = (raw for kind in ("Procedure", "Encounter") for raw in kinds.get(kind, ()))
    booked = (raw for raw in kinds.get("Appointment", ()) if _may_attend(person, raw))
    return [*filter(person.is_subject_of, listed), *booked]


def _may_attend(person: Person, appointment: Json) -> bool:
    """Tell if this patient takes part in an appointment, or no patient does."""
    actors = [
        {"subject": member(one, "actor")}
        for one in objects(appointment.get("participant"))
    ]
    patients = [
        one
        for one in actors
        if last_name(text(member(one, "subject", "reference"))).startswith("Patient/")
    ]
    return not patients or any(map(person.is_subject_of, patients))


def loop_plan(run: Run) -> PrefetchPlan:
    """Return the queries of a signing, and those for dispenses and supplies."""
    plan = run.hook.plan
    more = (
        template
        for template in plan.optional.templates
        if template.resource_type in OF_LOOP
    )
    return PrefetchPlan((*plan.needed.templates, *more))


class KnownOn(NamedTuple):
    """The record, orders and findings as known on one day.

    Attributes:
        order: the orders of that day as one.
    """

    record: PatientRecord
    order: AugmentationOrder | None
    findings: Findings


def known_on(
    day: date,
    person: Person,
    kinds: Mapping[str, Sequence[Json]],
    drafts: Sequence[Json],
    run: Run,
    specs: Mapping[str, FindingSpec],
) -> KnownOn:
    """Read what was known on the day the orders were signed.

    Args:
        day: the day of the orders; the export may hold later entries, which do not
            count.
        person: the patient, with their identifiers.
        kinds: resources by type, as `score` has them.
        drafts: the augmentation orders of that day.
        run: what holds for all patients.
        specs: the findings that are asked for.
    """
    terminology, deadline = run.service.terminology, Deadline.after(SECONDS)
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": draft} for draft in drafts],
    }
    with answered_on(day):
        signed = read_drafts(bundle, person, terminology, deadline)
        record = record_of(person, kinds, run, run.hook.plan.needed, deadline)
        signed = with_referred(signed, record, None, None, person, until=deadline)
        signed = with_meanings(signed, terminology)
        order = find_augmentation_order(signed, terminology)
        chart = Chart(
            record,
            terminology,
            CountedDays(day, day, date.max, day),
            treated=order.levels.names if order else (),
            region=region_treated(order.levels) if order else frozenset(),
            deadline=deadline,
        )
        return KnownOn(record, order, find_findings(run.service, chart, order, specs))


def record_of(
    person: Person,
    kinds: Mapping[str, Sequence[Json]],
    run: Run,
    plan: PrefetchPlan,
    deadline: Deadline,
) -> PatientRecord:
    """Make the record of a patient's lines, as a live one is made of answers."""
    answers = _answers(kinds, run, plan)
    answers |= needed_results(plan, answers, person.patient_id)
    return record_in(answers, plan, run.service.terminology, person, deadline)


def _not_applicable(why: str) -> list[Json]:
    """Return both outcomes without a figure, and why."""
    return [
        {
            "outcome": outcome,
            "status": "not-applicable",
            "disagreement": False,
            "concerns": [why],
            "supporting": [],
        }
        for outcome in OUTCOMES
    ]


def _answers(
    kinds: Mapping[str, Sequence[Json]], run: Run, plan: PrefetchPlan
) -> dict[str, QueryResult]:
    """Return the export's lines as answers to the queries, each type once.

    A type that was not exported counts as not sent.
    """
    others = tuple(
        [
            BundleEntry(raw)
            for kind in ("Medication", "Device")
            for raw in kinds.get(kind, ())
        ]
    )
    answers: dict[str, QueryResult] = {}
    sent: set[str] = set()
    for template in plan.templates:
        kind = template.resource_type
        if kind not in run.exported and kind not in OFTEN_NOT_KEPT:
            answers[template.key] = NO_SERVER
        elif kind not in sent and (listed := kinds.get(kind)):
            answers[template.key] = QueryResult(
                state="given",
                entries=tuple([BundleEntry(raw) for raw in listed]),
                others=others if template.is_search else (),
            )
        else:
            answers[template.key] = NOTHING_THERE
        sent.add(kind)
    return answers


# --- the patient's own procedure


def _own_orders(
    kinds: Mapping[str, Sequence[Json]], person: Person, run: Run
) -> tuple[list[Json], date]:
    """Return the newest augmentation up to the run's day, as orders of that day.

    One without a date counts as of the run's day. ICD-10-PCS writes one operation as
    two codes, and other systems write one line for each level: all of one day are one
    operation, with the orders that they carry out.
    """
    dated = []
    for raw in (*kinds.get("Procedure", ()), *kinds.get("ServiceRequest", ())):
        day = day_of(raw, run)
        if day <= run.as_of and is_augmentation(raw, person, run):
            dated.append((day, raw))
    if not dated:
        return [], run.as_of
    newest = max(day for day, _ in dated)
    of_day = [raw for day, raw in dated if day == newest]
    carried_out = {
        last_name(text(order.get("reference")))
        for raw in of_day
        for order in objects(raw.get("basedOn"))
    }
    earlier = [
        raw for day, raw in dated if day < newest and name_of(raw) in carried_out
    ]
    drafts = [as_draft(raw, newest) for raw in (*of_day, *earlier)]
    if len(drafts) > 1:
        drafts.sort(key=canonical_json)
    return drafts, newest


def is_augmentation(raw: Json, person: Person, run: Run) -> bool:
    """Tell if it is this patient's augmentation, done or to be done."""
    return _may_count(raw, run) and person.is_subject_of(raw)


def _may_count(raw: Json, run: Run) -> bool:
    """Tell if it is an augmentation of any patient, done or to be done."""
    counted = PROCEDURES if raw["resourceType"] == "Procedure" else ORDERS
    if (
        text(raw.get("status")) not in counted
        or text(raw.get("intent")) in NOT_ORDERED
        or is_prohibition(raw)
    ):
        return False
    recognition = recognise_augmentation(raw, run.service.terminology)
    return recognition is not None and recognition.is_augmentation


def day_of(raw: Json, run: Run) -> date:
    """Return the day of a procedure, else of writing an order, else of the run."""
    calendar = run.service.calendar
    done = raw.get("performedDateTime") or member(raw, "performedPeriod", "start")
    return (
        calendar.named_day(done)
        or calendar.named_day(raw.get("authoredOn"))
        or run.as_of
    )


def name_of(raw: Json) -> str:
    return f"{raw['resourceType']}/{text(raw.get('id'))}"


def as_draft(raw: Json, day: date) -> Json:
    """Return the procedure as the draft that was signed on that day."""
    return {**raw, "status": "draft", "authoredOn": day.isoformat()}
