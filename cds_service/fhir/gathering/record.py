"""Gathers a request's record: prefetch, then the FHIR server for what was not sent."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Literal, NamedTuple

from cds_service.core.findings import RecordState
from cds_service.errors import EvidenceUnavailable, NotAllowed, PatientMismatch
from cds_service.fhir.certainty import certainty_of
from cds_service.fhir.gathering.answers import (
    Origin,
    QueryResult,
    count_entries,
    in_newest_version,
    of_one_server,
    read_prefetch,
)
from cds_service.fhir.gathering.entries import Entry
from cds_service.fhir.gathering.parsing import BrokenResource, parse_patient
from cds_service.fhir.gathering.picking import (
    DEVICE_ORDERS,
    MAY_BE_GRAVE,
    MAY_NEED_BRACE,
    NOT_UNDERSTOOD,
    UNCODED,
    Unreadable,
    is_order_understood,
    pick,
)
from cds_service.fhir.gathering.plan import PrefetchPlan, Template
from cds_service.fhir.gathering.reading import (
    MOST_READ,
    NO_SERVER,
    FhirReader,
    read_by_id,
    read_results,
    with_referred_to,
)
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.leaves import MODIFIERS
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.near_misses import NearMiss, missed_problems, missed_t_scores
from cds_service.fhir.raw_json import Json, member, objects, text, truth
from cds_service.fhir.references import BundleEntry, Targets, reference_name
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookRequest, is_fhir_id

ReadState = Literal["given", "empty", "failed"]


class Read(NamedTuple):
    """How one prefetch key was answered.

    Attributes:
        state: `given` (with entries), `empty` (asked and not found), `failed` (could
            not be read).
        origin: the EHR's prefetch or the FHIR server.
        entries: number of this patient's resources of the requested type, picked or
            not.
        note: why it failed, or "incomplete: …" if a list was cut; else empty.
        is_cut: part of the list is missing, or may be in another record.
        warned: the server sent a warning with it.
        is_optional: the record is complete without it.
        is_unasked: the EHR did not send it, and there is no server to ask.
        is_understood: at least one of its entries was understood, or it has none.
            Judged for orders alone: in other lists the entries that were not understood
            are kept.
    """

    state: ReadState
    origin: Origin
    entries: int = 0
    note: str = ""
    is_cut: bool = False
    warned: bool = False
    is_optional: bool = False
    is_unasked: bool = False
    is_understood: bool = True


class PatientRecord(NamedTuple):
    """The patient's record for this request.

    Attributes:
        patient: the Patient as JSON; None if it could not be read.
        resources: this patient's resources that match a concept of `mappings/`, in a
            stable order.
        reads: how each key of the service's plan was answered.
        foreign: number of dropped resources by type: they belong to another patient, or
            name none.
        near: codes that we do not know, of what looks like a T-score and of problems.
        doubt: why part of it may be in another record, or mean another thing; empty if
            nothing says so.
    """

    reads: Mapping[str, Read]
    patient: Json | None = None
    resources: tuple[Entry, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    foreign: Mapping[str, int] = MappingProxyType({})
    near: tuple[NearMiss, ...] = ()
    doubt: str = ""

    def of_key(self, key: str) -> tuple[Entry, ...]:
        """Return the resources returned for one prefetch key."""
        return tuple(entry for entry in self.resources if entry.key == key)


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

    Prefetch first, then the FHIR server for what was not sent.

    Args:
        request: the hook call; its prefetch is raw JSON of any quality.
        plan: the service's queries.
        fhir: the request's server; None if it names no server that may be queried.
        terminology: tells which resources we read.
        person: the patient, by the identities known before the record is read.
        deadline: of the whole answer; reads that exceed its share for reading count as
            failed.

    Raises:
        PatientMismatch: the Patient is not the request's.
        EvidenceUnavailable: no key could be read, or the patient does not exist or is
            no longer active.
        DeadlinePassed: there was too much data to process in time.
    """
    until = deadline.for_reading()
    found = read_results(request, plan, fhir, until=until)
    found = {key: of_one_server(answer, person.bases) for key, answer in found.items()}
    if fhir is not None:
        read = partial(read_by_id, fhir, request=request, most=MOST_READ, until=until)
        found = with_referred_to(
            found, plan.needed, terminology, person.bases, read, until
        )
    answers = in_newest_version(found | checked(plan, found, person.patient_id))
    return record_in(answers, plan, terminology, person, deadline)


def checked(
    plan: PrefetchPlan, answers: Mapping[str, QueryResult], patient_id: str
) -> dict[str, QueryResult]:
    """Keep the answers that the plan needs; of Patients, only the request's.

    Raises:
        PatientMismatch: as `gather`.
        EvidenceUnavailable: as `gather`.
    """
    found = {
        one.key: _checked(one, answers[one.key], patient_id)
        for one in plan.needed.templates
    }
    refuse_without_evidence(plan, found)
    return found


def refuse_another_patient(plan: PrefetchPlan, request: HookRequest) -> None:
    """Refuse a call that sends another Patient than it names.

    It reads nothing from the server, so it costs little on the many calls that are not
    ours.

    Raises:
        PatientMismatch: the Patient in the prefetch is another.
    """
    for one in plan.of_types("Patient").templates:
        sent = read_prefetch(one, request.prefetch)
        _checked(one, sent, request.context.patient_id)


def refuse_lists_of_another(record: PatientRecord) -> None:
    """Refuse lists that hold entries of other patients and none of this one.

    Raises:
        PatientMismatch: all that was sent or read is clearly another's.
    """
    has_own = any(read.state == "given" for read in record.reads.values())
    if record.foreign and not has_own and not is_cut(record):
        raise PatientMismatch(
            "The entries of the record are of another patient than context.patientId."
        )


def record_in(
    answers: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    terminology: Terminology,
    person: Person,
    deadline: Deadline,
) -> PatientRecord:
    """Make the record of these answers, one for each query of the plan.

    Each resource must be there in one version only.

    Raises:
        DeadlinePassed: as `gather`.
    """
    of_patient = (
        answers[one.key].resources
        for one in plan.templates
        if one.resource_type == "Patient"
    )
    person = person.identified(
        next(chain.from_iterable(of_patient), None), _patients(plan, answers)
    )
    parts = [
        _part(one, answers[one.key], person, terminology, deadline)
        for one in plan.templates
    ]
    return _merged(parts)


def state_of(record: PatientRecord) -> RecordState:
    """Tell how completely the record was read, for cards and the audit log."""
    reads = sorted(
        (key, read)
        for key, read in record.reads.items()
        if not read.is_optional or key in TELLING_MORE
    )
    notes = {record.doubt} if record.doubt else set()
    if any(read.warned for _, read in reads):
        notes.add(WARNED)
    return RecordState(
        unread={key: read.note for key, read in reads if read.state == "failed"},
        incomplete={
            key: read.note
            for key, read in reads
            if read.is_cut and (read.note or not record.doubt)
        },
        unreadable=len(record.unreadable),
        foreign=sum(record.foreign.values()),
        notes=tuple(sorted(notes)),
        lists_not_read=tuple(
            key for key in DECIDING_LISTS if not _is_list_read(record, key)
        ),
        empty=tuple(key for key in DECIDING_LISTS if _is_empty(record, key)),
    )


def is_cut(record: PatientRecord) -> bool:
    """Tell if a list that the record needs was not read, or not read whole."""
    state = state_of(record)
    return not TELLING_MORE.issuperset({*state.unread, *state.incomplete})


# A record is whole without these. Yet a card names one that was not read, and then
# nothing reassures: it may hold a metastasis, a dose or failing kidneys.
TELLING_MORE = frozenset({"diagnosticReports", "dispenses", "kidney"})
# The lists that a pre-selected order rests on, each with the prefetch keys that may
# hold its entries.
DECIDING_LISTS: Mapping[str, tuple[str, ...]] = {
    "conditions": ("conditions",),
    "medications": ("medications", "administrations", "statements", "dispenses"),
    "serviceRequests": ("serviceRequests",),
}
# What is given in the ward is no list of what a patient takes.
GIVEN_HERE = frozenset({"administrations"})
# A billed injection is a dose as well: no order is pre-selected if these were not read.
ALSO_DOSES = ("procedures",)


def _is_list_read(record: PatientRecord, key: str) -> bool:
    """Tell if a list was read whole, with no broken entry and one understood."""
    read = record.reads.get(key)
    if read is None or not read.is_understood:
        return False
    also = ALSO_DOSES if key == "medications" else ()
    asked = [record.reads.get(part) for part in (*DECIDING_LISTS[key], *also)]
    if any(one and is_unread(one) for one in asked):
        return False
    if any(one.key in DECIDING_LISTS[key] for one in record.unreadable):
        return False
    kept = [part for part in DECIDING_LISTS[key] if part not in GIVEN_HERE]
    held = sum(record.reads[part].entries for part in kept if part in record.reads)
    strange = sum(_is_strange(one) for part in kept for one in record.of_key(part))
    return held > strange


def is_unread(read: Read) -> bool:
    """Tell if a list was asked for and not read, or not read whole.

    An optional list that an EHR without a server did not send was not asked for.
    """
    if read.state == "failed":
        return not (read.is_optional and read.is_unasked)
    return read.is_cut


def _is_empty(record: PatientRecord, key: str) -> bool:
    """Tell if a list was read, with nothing in it that counts."""
    read = record.reads.get(key)
    if read is None or read.state == "failed" or read.is_cut:
        return False
    return not read.entries and all(one.key != key for one in record.unreadable)


def _is_strange(entry: Entry) -> bool:
    """Tell if neither the code nor the words of an entry name anything."""
    is_unnamed = entry.concepts <= UNCODED | {MAY_NEED_BRACE}
    is_uncoded = MAY_BE_GRAVE in entry.concepts and is_unnamed
    return NOT_UNDERSTOOD in entry.concepts or is_uncoded


WARNED = (
    "The record server sent a warning with part of the record: it may hold more than"
    " was shown to us."
)


def _checked(template: Template, answer: QueryResult, patient_id: str) -> QueryResult:
    """Return the answer; for a Patient read, only the request's Patient.

    Raises:
        PatientMismatch: it is another Patient.
    """
    if template.resource_type != "Patient" or not answer.resources:
        return answer
    ids = [resource.get("id") for resource in answer.resources]
    if ids.count(patient_id) > 1:
        return QueryResult(
            state="failed", note="two different Patients have this id", reason="answer"
        )
    if patient_id in ids:
        return answer._replace(entries=(answer.entries[ids.index(patient_id)],))
    if any(ids):
        raise PatientMismatch(
            "The Patient of the record is another than context.patientId."
        )
    return QueryResult(state="failed", note="the Patient has no id")


def _patients(
    plan: PrefetchPlan, answers: Mapping[str, QueryResult]
) -> Iterator[BundleEntry]:
    """Resources that may be the Patient, asked for or sent along."""
    for template in plan.templates:
        answer = answers[template.key]
        if template.resource_type == "Patient":
            yield from answer.entries
        yield from answer.others


def _part(
    template: Template,
    answer: QueryResult,
    person: Person,
    terminology: Terminology,
    deadline: Deadline,
) -> PatientRecord:
    """Return what one key contributes to the record."""
    key, kind = template.key, template.resource_type
    origin = answer.origin
    nothing = Read("empty", origin, note=answer.note, is_optional=template.is_optional)
    if answer.state == "failed":
        failed = nothing._replace(
            state="failed", is_unasked=answer.reason == NO_SERVER.reason
        )
        return PatientRecord(reads={key: failed})
    if kind == "Patient":
        return _patient_part(key, answer, terminology.calendar)
    if not answer.resources and not answer.foreign:
        return PatientRecord(reads={key: nothing._replace(is_cut=answer.is_cut)})
    ours: list[Json] = []
    others: list[Json] = []
    for resource in answer.resources:
        (ours if person.is_subject_of(resource) else others).append(resource)
    # A resource that names no patient, or this id under another server, may still be
    # this patient's.
    unclear = sum(not person.is_other(one) for one in others)
    read = nothing._replace(is_cut=answer.is_cut or unclear > 0)
    if unclear and not answer.note:
        note = f"incomplete: {count_entries(unclear)} whose patient is not clear"
        read = read._replace(note=note)
    if ours:
        read = read._replace(
            state="given",
            entries=len([raw for raw in ours if not _is_void(raw)]),
            warned=answer.warned,
            is_understood=kind != "ServiceRequest"
            or any(is_order_understood(one, terminology) for one in ours),
        )
    picked, broken = pick(
        template,
        ours,
        Targets(answer.others, person.bases),
        origin,
        terminology,
        deadline,
    )
    near: tuple[NearMiss, ...] = ()
    if kind == "Observation":
        near = missed_t_scores(ours, terminology)
    elif kind == "Condition":
        near = missed_problems(one.raw for one in picked if one.concepts & UNCODED)
    foreign = answer.foreign + len(others)
    return PatientRecord(
        reads={key: read},
        resources=picked,
        # A broken order of a device may be of a brace.
        unreadable=broken if kind in DEVICE_ORDERS or not template.is_optional else (),
        foreign={kind: foreign} if foreign else {},
        near=near,
    )


# Requests with these statuses were never in force, and are no part of a drug list.
NEVER_IN_FORCE = frozenset({"draft", "cancelled"})


def _is_void(raw: Json) -> bool:
    """Tell if an entry does not count: in error, ruled out, or never in force."""
    status, kind = text(raw.get("status")), raw.get("resourceType")
    if status == "entered-in-error":
        return True
    if kind == "MedicationRequest":
        return status in NEVER_IN_FORCE or raw.get("intent") in ("proposal", "option")
    return kind == "Condition" and certainty_of(raw) == "denied"


def _patient_part(
    key: str, answer: QueryResult, calendar: SiteCalendar
) -> PatientRecord:
    read = Read("empty", answer.origin, note=answer.note, is_cut=answer.is_cut)
    if not answer.resources:
        return PatientRecord(reads={key: read})
    raw = answer.resources[0]
    doubt = _doubt_of(raw)
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


MODIFIED = "The Patient has an extension that may change what the record means."


def _doubt_of(patient: Json) -> str:
    """Say why a raw Patient may be incomplete or mean another; empty if not."""
    if not MODIFIERS.isdisjoint(patient):
        return MODIFIED
    if not is_replaced(patient):
        return ""
    into = replacement_of(patient) or "another"
    return (
        f"This patient's record was merged into {into}; only the one that the request"
        " names was read."
    )


def _merged(parts: Sequence[PatientRecord]) -> PatientRecord:
    foreign: Counter[str] = Counter()
    doubt = next((part.doubt for part in parts if part.doubt), "")
    for part in parts:
        if part.foreign:
            foreign.update(part.foreign)
    return PatientRecord(
        patient=next(
            (part.patient for part in parts if part.patient is not None), None
        ),
        resources=tuple(entry for part in parts for entry in part.resources),
        unreadable=tuple(one for part in parts for one in part.unreadable),
        # What a doubtful record does not hold may be in another one.
        reads={
            key: _cut(read) if doubt and not part.doubt else read
            for part in parts
            for key, read in part.reads.items()
        },
        foreign=dict(sorted(foreign.items())),
        near=tuple(sorted({one for part in parts for one in part.near})),
        doubt=doubt,
    )


def _cut(read: Read) -> Read:
    return read if read.state == "failed" else read._replace(is_cut=True)


GONE = frozenset({"http-404", "http-410"})
# Why nothing could be read -> FHIR issue type, if one reason explains every failure.
ISSUES: Mapping[str, str] = {
    "http-401": "login",
    "expired": "expired",
    "token": "login",
    "http-403": "forbidden",
    "scope": "forbidden",
    "http-404": "not-found",
    "http-410": "not-found",
    "http-429": "throttled",
}
# nothing was asked: the caller may not name the server
DENIED = frozenset({"fhir.host_denied", "tenant.mismatch"})
CURE = (
    "Send prefetch, or a fhirServer with an access token whose scopes cover the record."
)
TRANSIENT = frozenset(
    {
        "unreachable",
        "reset",
        "dns",
        "tls",
        "truncated",
        "breaker",
        "timeout",
        "no-thread",
        "http-429",
    }
)


def refuse_without_evidence(
    plan: PrefetchPlan, answers: Mapping[str, QueryResult]
) -> None:
    """Refuse a record that says nothing about the patient.

    A record of empty lists is accepted.

    Raises:
        NotAllowed: a key was not sent, and the caller may not name the server that has
            it.
        EvidenceUnavailable: no key could be read; the server has neither the patient
            nor any of their data; or the Patient is inactive and names no replacement.
    """
    for answer in answers.values():
        if answer.reason in DENIED:
            raise NotAllowed(answer.note, reason=answer.reason)
    if all(answer.state == "failed" for answer in answers.values()):
        why = _why(answers, plan)
        raise EvidenceUnavailable(
            f"Nothing of the record could be read. {why}. {CURE}", _issue(answers)
        )
    patient = next(
        (
            answers[one.key]
            for one in plan.needed.templates
            if one.resource_type == "Patient"
        ),
        None,
    )
    if patient is None:
        return
    if patient.reason in GONE and not any(
        answer.state == "given" for answer in answers.values()
    ):
        raise EvidenceUnavailable(
            f"There is no such patient: {patient.note}.", "not-found"
        )
    if any(
        truth(raw.get("active")) is False and not is_replaced(raw)
        for raw in patient.resources[:1]
    ):
        raise EvidenceUnavailable(
            "The Patient is not in use any more (active = false).", "business-rule"
        )


def is_replaced(patient: Json) -> bool:
    """Tell if a raw Patient was merged into another."""
    return any(
        link.get("type") == "replaced-by" for link in objects(patient.get("link"))
    )


def replacement_of(patient: Json) -> str:
    """`Patient/<id>` of the Patient that replaced it; empty if none is clear."""
    links = (
        link
        for link in objects(patient.get("link"))
        if link.get("type") == "replaced-by"
    )
    names = (
        text(member(link, "other", "reference")).partition("/_history/")[0].split("/")
        for link in links
    )
    return next(
        (
            f"Patient/{name[-1]}"
            for name in names
            if name[-2:-1] == ["Patient"] and is_fhir_id(name[-1])
        ),
        "",
    )


def why_closed(patient: Json) -> str:
    """Say why nothing new belongs in a raw Patient's record; empty if it is in use."""
    if is_replaced(patient):
        return f"was merged into {replacement_of(patient) or 'another'}"
    if truth(patient.get("active")) is False:
        return "is not in use any more (active = false)"
    return ""


def _why(answers: Mapping[str, QueryResult], plan: PrefetchPlan) -> str:
    """Say each reason once, with its keys; optional keys were not asked for."""
    keys: dict[str, list[str]] = {}
    for key, answer in answers.items():
        keys.setdefault(answer.note, []).append(key)
    for template in plan.optional.templates:
        keys.setdefault("not asked", []).append(template.key)
    return "; ".join(f"{', '.join(names)}: {note}" for note, names in keys.items())


def _issue(answers: Mapping[str, QueryResult]) -> str:
    reasons = {answer.reason for answer in answers.values()}
    if len(reasons) == 1 and (issue := ISSUES.get(next(iter(reasons)))):
        return issue
    may_pass = all(
        reason in TRANSIENT or reason.startswith("http-5") for reason in reasons
    )
    return "transient" if may_pass else "processing"
