"""Gather a request's record: prefetch, then the FHIR server for what was not sent."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from cds_service.errors import DeadlinePassed
from cds_service.fhir.entries.act_concepts import is_order_understood
from cds_service.fhir.entries.disowned import in_doubt_at_most, is_disowned
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.words.open_concepts import UNCODED, UNREAD_WORDS
from cds_service.fhir.gathering.days_before_birth import without_days_before
from cds_service.fhir.gathering.doubted_operations import PROCEDURE, doubted_copies
from cds_service.fhir.gathering.fetching import NOT_IN_TIME, UNASKED, read_results
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.patient_status import MODIFIED, doubt_of
from cds_service.fhir.gathering.picking import Unreadable, pick
from cds_service.fhir.gathering.plan import PrefetchPlan, Template
from cds_service.fhir.gathering.query_results import (
    QueryResult,
    count_entries,
    in_newest_version,
    of_one_server,
)
from cds_service.fhir.gathering.reasons_inside import with_reasons_inside
from cds_service.fhir.gathering.record import PatientRecord, ReadOutcome
from cds_service.fhir.gathering.record_state import is_void
from cds_service.fhir.gathering.referred_to import (
    MOST_READ,
    read_by_id,
    with_diagnoses_of_stay,
    with_referred_to,
    with_results_of_cultures,
    with_unread_products,
)
from cds_service.fhir.gathering.refusals import needed_results
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.gathering.unsent_reasons import with_unsent_reasons
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.near_misses import NearMiss, missed_problems, missed_t_scores
from cds_service.fhir.parsing import BrokenResource, parse_patient
from cds_service.fhir.raw_json import Json, member
from cds_service.fhir.references import BundleEntry, Targets, reference_name
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.outgoing.deadline import Deadline, limited_by
from cds_service.places import RECORDS
from cds_service.protocol.messages import HookRequest


def gather(
    request: HookRequest,
    plan: PrefetchPlan,
    fhir: FhirReader | None,
    terminology: Terminology,
    person: Person,
    *,
    deadline: Deadline,
) -> PatientRecord:
    """Gather the record of the request's patient.

    Args:
        request: the hook call; its prefetch is raw JSON of any quality.
        plan: the service's queries.
        fhir: the request's server; None if it names no server that may be queried.
        terminology: names the resources that are read.
        person: the patient, by the identities known before the record is read.
        deadline: deadline of the whole answer; reads that exceed its share for reading
            count as failed.

    Raises:
        PatientMismatch: the Patient is not the request's.
        EvidenceUnavailable: no key could be read, or the server has no such patient,
            or the Patient is inactive and names no replacement.
        NotAllowed: a key was not sent, and the caller may not name the server that has
            it.
        TooBusy: other records took the time.
        DeadlinePassed: there was too much data to process in time.
    """
    until = deadline.for_reading()
    results = read_results(request, plan, fhir, until=until)
    results = of_one_server(results, person.bases)
    if fhir is not None:
        # What these refer to: further reads of the same server.
        read = partial(read_by_id, fhir, request=request, most=MOST_READ, until=until)
        bases = person.bases
        results = with_referred_to(results, plan, terminology, bases, read, until)
        results = with_diagnoses_of_stay(results, plan, bases, read)
        results = with_results_of_cultures(results, plan, terminology, bases, read)
    identified = _identified(person, plan, results)
    results = with_unread_products(results, plan, identified, terminology)
    # Raises for another Patient, and for a record of which nothing could be read.
    needed = needed_results(plan, results, person.patient_id)
    results = in_newest_version(results | needed)
    record = record_in(results, plan, terminology, person, deadline)
    if any(map(identified.is_of_another, _stays_asked(plan, results))):
        return record
    return record._replace(encounter=request.context.encounter_id or "")


def record_in(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    terminology: Terminology,
    person: Person,
    deadline: Deadline,
) -> PatientRecord:
    """Make the record of these results, one for each query of the plan.

    Args:
        results: by prefetch key; each resource must be there in one version only.
        plan: the service's queries.
        terminology: names the resources that are read.
        person: the patient, by the identities known before the record is read.
        deadline: deadline of the whole answer.

    Raises:
        TooBusy: other records took the time.
        DeadlinePassed: there was too much data to process in time.
    """
    patient = _patient_of(plan, results)
    person = _identified(person, plan, results)
    born = terminology.calendar.first_day(member(patient, "birthDate"))
    results = without_days_before(results, born, terminology.calendar)
    with RECORDS.held(deadline.for_understanding()):
        parts = [
            _part_in_time(
                template, results[template.key], person, terminology, deadline
            )
            for template in plan.templates
        ]
    record = _merged(parts)._replace(
        diagnoses=frozenset(_diagnoses(plan, results, person)),
        stays_along=tuple(_stays_along(results, person)),
    )
    return with_unsent_reasons(record, person.bases)


def _patient_of(plan: PrefetchPlan, results: Mapping[str, QueryResult]) -> Json | None:
    """Return the first Patient that was read; None without one."""
    patients = chain.from_iterable(
        results[template.key].resources
        for template in plan.of_types("Patient").templates
    )
    return next(patients, None)


def _identified(
    person: Person, plan: PrefetchPlan, results: Mapping[str, QueryResult]
) -> Person:
    """Return the patient with the identities that the results add."""
    return person.identified(_patient_of(plan, results), _patients(plan, results))


def _diagnoses(
    plan: PrefetchPlan, results: Mapping[str, QueryResult], person: Person
) -> Iterator[str]:
    """Yield name and fullUrl of each diagnosis of the patient, picked or not."""
    for template in plan.of_types("Condition").templates:
        for entry in results[template.key].entries:
            if person.is_subject_of(entry.resource):
                yield reference_name("Condition", entry.resource)
                yield entry.full_url or ""


def _stays_asked(
    plan: PrefetchPlan, results: Mapping[str, QueryResult]
) -> Iterator[Json]:
    """Yield the stay that the call names, as it was read."""
    for template in plan.of_types("Encounter").templates:
        yield from results[template.key].resources


def _stays_along(results: Mapping[str, QueryResult], person: Person) -> Iterator[Json]:
    """Yield the patient's Encounters that came along with the lists."""
    for _, result in sorted(results.items()):
        for entry in result.others:
            is_stay = entry.resource.get("resourceType") == "Encounter"
            if is_stay and person.is_subject_of(entry.resource):
                yield entry.resource


def _patients(
    plan: PrefetchPlan, results: Mapping[str, QueryResult]
) -> Iterator[BundleEntry]:
    """Yield resources that may be the Patient, asked for or sent along."""
    for template in plan.templates:
        result = results[template.key]
        if template.resource_type == "Patient":
            yield from result.entries
        yield from result.others


def _part_in_time(
    template: Template,
    result: QueryResult,
    person: Person,
    terminology: Terminology,
    deadline: Deadline,
) -> PatientRecord:
    """Return the part of the record that one query gives.

    A list that is too long to be understood in time counts as not read: the card names
    it, and the other lists are used.

    Raises:
        DeadlinePassed: nothing is left for the answer either.
    """
    until = deadline.for_understanding()
    try:
        with limited_by(until):
            return _part(template, result, person, terminology, until)
    except DeadlinePassed:
        deadline.check()
        unread = NOT_IN_TIME._replace(origin=result.origin)
        return _part(template, unread, person, terminology, deadline)


def _part(
    template: Template,
    result: QueryResult,
    person: Person,
    terminology: Terminology,
    deadline: Deadline,
) -> PatientRecord:
    """Return the part of the record that one query gives, whatever time it takes."""
    key, kind = template.key, template.resource_type
    outcome = ReadOutcome(
        "empty", result.origin, note=result.note, is_optional=template.is_optional
    )
    if result.state == "failed":
        is_unasked = result.reason in UNASKED
        failed = outcome._replace(state="failed", is_unasked=is_unasked)
        return PatientRecord(reads={key: failed})
    if kind == "Patient":
        return _patient_part(key, result, terminology.calendar)
    outcome = outcome._replace(is_cut=result.is_cut)
    if not result.resources and not result.foreign:
        return PatientRecord(reads={key: outcome})
    owned = _owned_by(person, result, terminology)
    # A resource that names no patient, or this id under another server, may still be
    # this patient's, and so may one that its own words call another's.
    unclear = owned.doubted + sum(
        not person.is_of_another(one) for one in owned.of_others
    )
    if unclear:
        outcome = _incomplete(
            outcome, f"{count_entries(unclear)} whose patient is not clear"
        )
    part = _part_of_list(
        template,
        owned.of_patient,
        outcome,
        Targets(person.not_of_others(result.others), person.bases),
        terminology,
        deadline,
    )
    foreign = result.foreign + len(owned.of_others) + owned.inside
    return part._replace(foreign={kind: foreign}) if foreign else part


class _Owned(NamedTuple):
    """The resources of one query, by whose they are.

    Attributes:
        of_patient: the patient's, as far as they are read.
        of_others: of others, or of a patient whom they do not plainly name.
        doubted: number of the patient's whose words may call them another's.
        inside: number of contained resources of others that were left out.
    """

    of_patient: list[Json]
    of_others: list[Json]
    doubted: int
    inside: int


def _owned_by(person: Person, result: QueryResult, terminology: Terminology) -> _Owned:
    """Sort the resources of a query result by whose they are."""
    of_patient: list[Json] = []
    of_others: list[Json] = []
    doubted = inside = 0
    for received in result.resources:
        resource, left_out = person.own_part_of(received)
        if not person.is_subject_of(resource):
            of_others.append(resource)
            continue
        inside += left_out
        resource = with_reasons_inside(resource, terminology.calendar)
        if not is_disowned(resource, terminology):
            of_patient.append(resource)
        elif (in_doubt := in_doubt_at_most(resource, terminology)) is not None:
            doubted += 1
            of_patient.append(in_doubt)
        else:
            of_others.append(resource)
    return _Owned(of_patient, of_others, doubted, inside)


def _incomplete(outcome: ReadOutcome, why: str) -> ReadOutcome:
    """Return the outcome of a list that is not whole; its first note stays."""
    note = outcome.note or f"incomplete: {why}"
    return outcome._replace(is_cut=True, note=note)


def _part_of_list(
    template: Template,
    resources: Sequence[Json],
    outcome: ReadOutcome,
    targets: Targets,
    terminology: Terminology,
    deadline: Deadline,
) -> PatientRecord:
    """Return the part of the record that one list of the patient's resources gives.

    Args:
        template: the query.
        resources: the patient's resources, as they came.
        outcome: how the query was answered; still `empty`, and `given` if there are
            resources.
        targets: resources of other types that came along.
        terminology: names the resources that are read.
        deadline: deadline of this part.
    """
    kind = template.resource_type
    if resources:
        is_understood = kind != "ServiceRequest" or any(
            is_order_understood(one, terminology) for one in resources
        )
        outcome = outcome._replace(
            state="given",
            entries=len([raw for raw in resources if not is_void(raw)]),
            is_understood=is_understood,
        )
    picked, broken = pick(
        template, resources, targets, outcome.origin, terminology, deadline
    )
    if broken and template.is_optional:
        # It is not known what a broken entry says, so an optional list is not whole.
        outcome = _incomplete(outcome, f"{count_entries(len(broken))} broken")
    unread = sum(one.concepts >= UNREAD_WORDS for one in picked)
    if unread:
        outcome = _incomplete(
            outcome, f"the words of {count_entries(unread)} not all read"
        )
    doubted: tuple[Entry, ...] = ()
    if broken and kind == PROCEDURE:
        copies = [*doubted_copies(resources, broken)]
        doubted, _ = pick(
            template, copies, targets, outcome.origin, terminology, deadline
        )
    # Of optional lists broken entries are not counted, but a device may be a brace.
    is_counted = kind in DEVICE_ORDERS or not template.is_optional
    return PatientRecord(
        reads={template.key: outcome},
        entries=picked,
        unreadable=broken if is_counted else (),
        near_misses=_near_misses(kind, resources, picked, terminology),
        doubted_acts=doubted,
    )


def _near_misses(
    kind: str,
    resources: Sequence[Json],
    picked: Sequence[Entry],
    terminology: Terminology,
) -> tuple[NearMiss, ...]:
    """Return the codes that were nearly recognised among resources of this type."""
    if kind == "Observation":
        return missed_t_scores(resources, terminology)
    if kind == "Condition":
        return missed_problems(one.raw for one in picked if one.concepts & UNCODED)
    return ()


def _patient_part(
    key: str, result: QueryResult, calendar: SiteCalendar
) -> PatientRecord:
    """Return the part of the record that the read of the Patient gives."""
    read = ReadOutcome("empty", result.origin, note=result.note, is_cut=result.is_cut)
    if not result.resources:
        return PatientRecord(reads={key: read})
    raw = result.resources[0]
    doubt = doubt_of(raw)
    reads = {key: read._replace(state="given", entries=1)}
    name = reference_name("Patient", raw)
    unreadable = (Unreadable(name, key, frozenset()),)
    if doubt == MODIFIED:
        return PatientRecord(reads, unreadable=unreadable, doubt=doubt)
    try:
        patient, left_out = parse_patient(raw, calendar)
    except BrokenResource:
        return PatientRecord(reads, unreadable=unreadable, doubt=doubt)
    broken = (Unreadable(name, key, frozenset(left_out)),) if left_out else ()
    return PatientRecord(reads, patient=patient, unreadable=broken, doubt=doubt)


def _merged(parts: Sequence[PatientRecord]) -> PatientRecord:
    foreign: Counter[str] = Counter()
    doubt = next((part.doubt for part in parts if part.doubt), "")
    for part in parts:
        if part.foreign:
            foreign.update(part.foreign)
    reads: dict[str, ReadOutcome] = {}
    for part in parts:
        for key, read in part.reads.items():
            # What a doubtful record does not hold may be in another one.
            reads[key] = _marked_cut(read) if doubt and not part.doubt else read
    patients = [part.patient for part in parts if part.patient is not None]
    return PatientRecord(
        patient=next(iter(patients), None),
        entries=tuple(entry for part in parts for entry in part.entries),
        unreadable=tuple(one for part in parts for one in part.unreadable),
        reads=reads,
        foreign=dict(sorted(foreign.items())),
        near_misses=tuple(sorted({one for part in parts for one in part.near_misses})),
        doubt=doubt,
        doubted_acts=tuple(entry for part in parts for entry in part.doubted_acts),
    )


def _marked_cut(read: ReadOutcome) -> ReadOutcome:
    return read if read.state == "failed" else read._replace(is_cut=True)
