"""The fracture liaison worklist.

Patients after an augmentation who wait for something, with the reason.

It names what the record holds and what it does not, by ids; a person looks at each. The
dead and those in a hospice are left out. What could not be read is said, since it may
hold what is missing.
"""

import csv
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID, uuid5

from cds_service.audit.exporting import safe_cell
from cds_service.call import Service
from cds_service.core.braces.bracing import WITHOUT_DATE, times_of
from cds_service.core.drugs.drug_courses import find_overdue, last_denosumab
from cds_service.core.drugs.drug_states import find_drug_state, full_day_text
from cds_service.core.earlier_cards.course_after_signing import DAYS
from cds_service.core.findings import Dated, Findings
from cds_service.core.vocabulary import BoneDrugSpec, FindingSpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.element_names import MODIFIERS
from cds_service.fhir.entries.words.asides import has_inner_asides
from cds_service.fhir.findings.chart import Chart, CountedDays
from cds_service.fhir.findings.drugs.medication_list import may_be_taken
from cds_service.fhir.findings.extraction import extract_findings
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.discharge.bookings import may_be_off, takes_place
from cds_service.fhir.orders.drafts import NO_DRAFTS, Order, codeables
from cds_service.fhir.orders.operations.augmentations_on_record import (
    find_augmentations,
)
from cds_service.fhir.orders.order_times import IN_FORCE
from cds_service.fhir.orders.orders_on_record import unchecked_in
from cds_service.fhir.orders.recognition import REVIEW, classify, with_meaning
from cds_service.fhir.orders.support.support_on_record import (
    CARRIED_OUT,
    find_support_on_record,
)
from cds_service.fhir.orders.unread.unread_in_referral import is_read_whole
from cds_service.fhir.raw_json import member, objects, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.population.bulk import replaced

Reason = Literal[
    "no-bone-treatment",
    "dose-not-recorded",
    "referral-without-visit",
    "denosumab-overdue",
    "brace-beyond-end",
]
# Of the list of `loop` alone: neither seen nor treated since the order was signed.
LOOP_OPEN: Literal["loop-open"] = "loop-open"
WORKLIST_REASONS = "https://kyphoplasty-cds.org/fhir/CodeSystem/worklist-reason"
NEEDED = ("bone-drug", "denosumab-overdue", "deceased", "end-of-life")  # findings
# policy: for a bone drug or a referral, counted from the procedure
WAIT = timedelta(days=30)
# policy: a referral written so long before the procedure belongs to it
ORDERED_BEFORE = timedelta(days=30)
VISITS = frozenset({"Encounter", "Appointment"})
OF_LOOP = frozenset({"MedicationDispense", "SupplyRequest"})
ALSO_READ = VISITS | OF_LOOP  # for the worklist alone
# policy: a referral without a visit so many days after the procedure has led to none
NO_VISIT = timedelta(days=DAYS)
WITHOUT_VISIT = (
    f"a referral on record, but no visit, more than {DAYS} days after the augmentation"
)
# A visit that is booked for later is none for this fracture.
NEXT_VISIT = timedelta(days=183)
# Statuses of Procedures, Encounters and Appointments that took or take place, and that
# are to come.
CAME = frozenset(
    {
        "completed",
        "in-progress",
        "arrived",
        "triaged",
        "onleave",
        "finished",
        "checked-in",
        "fulfilled",
    }
)
TO_COME = frozenset({"planned", "pending", "booked", "waitlist"})
COLUMNS = ("patient", "reason", "since", "text", "resources")
HOSPICE_OPEN = "end-of-life care not excluded"
NOT_KNOWN = "if a bone drug is taken is not known"
NAMESPACE = UUID("5a1f8f04-3d0c-5c7e-9a67-2f6d1f2f9b10")  # of the ids of our tasks


class Row(NamedTuple):
    """One patient and one reason.

    Attributes:
        since: ISO 8601; the day of the procedure, of the last dose (its month or year
            if no more is recorded), or the last day of the brace.
        text: in our words; no names or words of the record.
        resources: names of those that the reason rests on, `Procedure/12`.
    """

    reason: Reason | Literal["loop-open"]
    since: str
    text: str
    resources: tuple[str, ...]


def find_rows(
    record: PatientRecord,
    visits: Sequence[Mapping[str, Any]],
    service: Service,
    as_of: date,
) -> tuple[Row, ...]:
    """List what this patient waits for on that day.

    Without an augmentation up to then, the list is empty.

    Args:
        record: record of the patient.
        visits: the patient's Encounters, Appointments and Procedures, as which
            referrals are recorded too.
        service: all that is in force.
        as_of: the day that counts as today.
    """
    augmented = find_augmentations(record, service.terminology)
    done = [(day, name) for name, day in augmented if day and day <= as_of]
    if not done and all(day for _, day in augmented):
        return ()
    specs = {name: service.finding_specs[name] for name in NEEDED}
    chart = Chart(
        record, service.terminology, CountedDays(as_of, as_of, date.max, as_of)
    )
    findings = extract_findings(chart, specs)
    if findings.is_true("deceased") or findings.is_true("end-of-life"):
        return ()
    unread = [*strange_intakes(specs["bone-drug"], chart)]
    notes = unread if done else [*unread, "augmentation, day not recorded"]
    overdue = tuple(_overdue(findings, unread, notes, as_of))
    rows = list(overdue)
    if done and not overdue:
        rows += _untreated(record, visits, service, findings, done, as_of)
    if done:
        rows += _braced(record, service, max(day for day, _ in done), as_of)
    end_of_life = findings.gaps.get("end-of-life")
    if end_of_life is None or not end_of_life.is_mentioned:
        return tuple(rows)
    # The card says so too: whoever calls has to know.
    return tuple(
        row._replace(text=with_notes(row.text.rstrip("."), [HOSPICE_OPEN]))
        for row in rows
    )


def _untreated(
    record: PatientRecord,
    visits: Sequence[Mapping[str, Any]],
    service: Service,
    findings: Findings,
    augmented: Sequence[tuple[date, str]],
    as_of: date,
) -> Iterator[Row]:
    """Yield a row if no dose still counts and no referral leads to a visit.

    A referral may take 30 days after a procedure, a visit 90 days. The newest procedure
    whose 30 days are over counts: a patient who broke again since has waited as long. A
    prescription is no dose: it has a reason of its own, since it is not known if the
    drug is taken.
    """
    done = max((day for day, _ in augmented if as_of - day > WAIT), default=None)
    drugs = find_drug_state(findings, as_of)
    # Of a drug that is taken, only the start may be in question.
    is_running = drugs.use is not None and drugs.use.is_running
    is_unsure = drugs.signal == "drug-without-dose" and not is_running
    if done is None or (findings.is_true("bone-drug") and not is_unsure):
        return
    referral = _referral_state(record, visits, service.terminology, done, as_of)
    if referral == "on-its-way":
        return
    reason: Reason = "dose-not-recorded" if is_unsure else "no-bone-treatment"
    missing = "no referral for bone treatment on record"
    if referral == "without-visit":
        reason, missing = "referral-without-visit", WITHOUT_VISIT
    names = sorted(name for day, name in augmented if day >= done)
    gap, known = findings.gaps.get("bone-drug"), findings.known.get("bone-drug")
    lack, comma = "no current bone drug", ""
    if is_unsure:
        lack, comma = drugs.because, ","
    elif gap:
        lack, comma = NOT_KNOWN, ","
    planned = "ordered, not recorded as done: " if _is_planned(record, names) else ""
    text = f"Augmentation {planned}{date_text(done)}; {lack}{comma} and {missing}"
    sources = known.provenance if known and is_unsure else ()
    if gap:
        sources = gap.provenance
    notes = [*_left_open(record, findings, augmented, done, is_unsure=is_unsure)]
    yield Row(
        reason,
        done.isoformat(),
        with_notes(text, notes),
        tuple(dict.fromkeys((*names, *(source.resource for source in sources)))),
    )


def _referral_state(
    record: PatientRecord,
    visits: Sequence[Mapping[str, Any]],
    terminology: Terminology,
    done: date,
    as_of: date,
) -> Literal["none", "on-its-way", "without-visit"]:
    """Find if a referral of this procedure led, or may still lead, to a visit."""
    listed = list(bone_visits(visits, terminology, referral_names(record, terminology)))
    first = done - ORDERED_BEFORE
    of_this = [visit for visit in listed if visit.day >= first]
    if any(
        (visit.is_kept and visit.day <= as_of)
        or (visit.is_arranged and as_of < visit.day <= as_of + NEXT_VISIT)
        for visit in of_this
    ):
        return "on-its-way"
    orders = find_support_on_record(record, terminology, CARRIED_OUT)
    days = [
        order.written.day
        for order in orders
        if order.kind == REVIEW and (order.written.day or as_of) <= as_of
    ]
    days += [visit.day for visit in of_this if visit.is_arranged or visit.is_unclear]
    if not any(day is None or day >= first for day in days):
        return "none"
    return "without-visit" if as_of - done > NO_VISIT else "on-its-way"


def _is_planned(record: PatientRecord, names: Sequence[str]) -> bool:
    """Tell if all of these procedures are orders that are not recorded as done."""
    listed = {
        f"ServiceRequest/{text(entry.raw.get('id'))}": text(entry.raw.get("status"))
        for entry in record.of_key("serviceRequests")
    }
    return all(listed.get(name) == "active" for name in names)


def _left_open(
    record: PatientRecord,
    findings: Findings,
    augmented: Sequence[tuple[date, str]],
    done: date,
    *,
    is_unsure: bool,
) -> Iterator[str]:
    """Yield what could not be read, and what was done again."""
    gap, known = findings.gaps.get("bone-drug"), findings.known.get("bone-drug")
    if gap:
        yield f"bone drug: {gap.detail}"
    elif known and not is_unsure:
        yield from known.concerns
    if "ServiceRequest" in unchecked_in(record):
        yield "referrals could not be read"
    for day in sorted({day for day, _ in augmented if day > done}):
        yield f"augmented again {date_text(day)}"


class Visit(NamedTuple):
    """A visit for bone treatment.

    Attributes:
        is_kept: it took or takes place.
        is_arranged: it is planned or booked, and nothing may say that it is off;
            whether it was kept is not recorded.
        is_unclear: by its status it took place, but words of it were not understood:
            they may say that the patient did not come.
    """

    day: date
    reference: str
    is_kept: bool
    is_arranged: bool
    is_unclear: bool = False


def referral_names(record: PatientRecord, terminology: Terminology) -> frozenset[str]:
    """Name the referrals for bone treatment, by which visits may say their aim.

    One to a specialist that says nothing of bone may be for a thyroid.
    """
    orders = find_support_on_record(record, terminology, CARRIED_OUT)
    return frozenset(
        order.reference
        for order in orders
        if order.kind == REVIEW and order.standing.is_read_whole
    )


def bone_visits(
    visits: Sequence[Mapping[str, Any]],
    terminology: Terminology,
    referrals: Container[str] = (),
) -> Iterator[Visit]:
    """Find the visits for bone treatment that have a day.

    A visit is for bone treatment by its own words, codes or reasons, or because it
    carries out a referral. The specialty alone is not enough: an endocrinologist sees
    thyroids too.
    """
    for raw in visits:
        titles = codeables(raw, "code", "type", "serviceType", "specialty")
        titles += [{"text": words} for words in [text(raw.get("description"))] if words]
        order = {
            "resourceType": "ServiceRequest",
            "code": titles,
            "reasonCode": raw.get("reasonCode"),
            "reasonReference": raw.get("reasonReference"),
        }
        support = classify(order, NO_DRAFTS, terminology).support
        is_named = bool(support and REVIEW in support.concepts and support.is_for_bone)
        if not is_named and not any(
            last_name(text(reference.get("reference"))) in referrals
            for reference in objects(raw.get("basedOn"))
        ):
            continue
        periods = [member(raw, "performedPeriod"), member(raw, "period")]
        days = [raw.get("performedDateTime"), raw.get("start")]
        # Some systems write only the end of a visit.
        days += [member(period, end) for end in ("start", "end") for period in periods]
        day = terminology.calendar.named_day(next(filter(None, days), None))
        status = text(raw.get("status"))
        if day and status in CAME | TO_COME:
            name = f"{raw.get('resourceType')}/{text(raw.get('id'))}"
            as_order = with_meaning(
                Order(name, {**order, "note": _notes_of(raw)}), NO_DRAFTS, terminology
            )
            is_whole = is_read_whole(REVIEW, as_order, terminology)
            is_whole &= not _may_say_more(raw, terminology)
            is_off = name.startswith("Appointment/") and not takes_place(
                raw, terminology
            )
            yield Visit(
                day,
                name,
                is_kept=status in CAME and is_whole,
                is_arranged=status in TO_COME and not is_off,
                is_unclear=status in CAME and not is_whole,
            )


def _notes_of(visit: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the notes of a visit, and how the patient left: `without being seen`."""
    left = member(visit, "hospitalization", "dischargeDisposition")
    words = [text(visit.get("comment")), *texts_of(left)]
    worded = [{"text": one} for one in words]
    return [*objects(visit.get("note")), *worded]


def _may_say_more(visit: Mapping[str, Any], terminology: Terminology) -> bool:
    """Tell if more than the words and codes of a visit may say that nobody came."""
    if visit.get("resourceType") == "Appointment":
        return may_be_off(visit, terminology)
    return bool(MODIFIERS & visit.keys()) or has_inner_asides(visit)


def strange_intakes(spec: FindingSpec, chart: Chart) -> Iterator[str]:
    """Name the doses, dispenses and reports that may be of a bone drug.

    Their Medication is not there, or its words and codes are not known. An order is no
    dose, whatever it orders.
    """
    if not isinstance(spec, BoneDrugSpec):
        raise TypeError("mappings/findings/bone-drug.toml is of another kind")
    strange = [
        entry
        for entry in chart.listed(spec).not_understood
        if not entry.resource_type.endswith("Request")
        and may_be_taken(entry, spec, chart)
    ]
    if count := len(strange) + len(chart.broken(spec)):
        entries = "1 medication entry" if count == 1 else f"{count} medication entries"
        yield f"{entries} of a drug that could not be read"


def _overdue(
    findings: Findings, unread: Sequence[str], notes: Sequence[str], as_of: date
) -> Iterator[Row]:
    """Yield a row if the next dose of denosumab is overdue."""
    overdue = findings.known.get("denosumab-overdue")
    if overdue is None or overdue.value is not True or overdue.observed is None:
        return
    use = find_overdue(findings.bone_drugs, as_of)
    recorded = last_denosumab(use, as_of) if use else None
    last = recorded or Dated(overdue.observed, overdue.observed)
    where = " in what could be read" if unread else ""
    names = _perhaps_since(findings, last, as_of)
    since = f"no other bone drug since{where}"
    if names:
        since = f"since then perhaps {' or '.join(names)}, day not recorded"
    text = f"Last denosumab on record {full_day_text(last)}, {since}"
    resources = tuple(source.resource for source in overdue.provenance)
    yield Row(
        "denosumab-overdue",
        _as_recorded(last),
        with_notes(text, [*overdue.concerns, *notes]),
        resources,
    )


def _perhaps_since(findings: Findings, last: Dated, as_of: date) -> list[str]:
    """Name other bone drugs that were taken since that day, or on no known day."""
    overdue = find_overdue(findings.bone_drugs, as_of)
    return [
        use.name
        for use in findings.bone_drugs.uses
        if use is not overdue and use.is_taken
        if use.doses.last is None or use.doses.last.last >= last.first
    ]


def _as_recorded(day: Dated) -> str:
    """Write `2026-02-03`; `2026-02` or `2026` if no more is recorded."""
    if day.first == day.last:
        return day.first.isoformat()
    is_in_month = (day.first.year, day.first.month) == (day.last.year, day.last.month)
    return day.first.isoformat()[: 7 if is_in_month else 4]


def _braced(
    record: PatientRecord, service: Service, done: date, as_of: date
) -> Iterator[Row]:
    """List brace orders that are still active after their last day.

    An order that states none has the site's weeks.
    """
    limit = timedelta(weeks=service.policy.brace.max_weeks)
    for order in find_support_on_record(record, service.terminology, IN_FORCE):
        if order.kind != "brace":
            continue
        times = times_of(order, done, as_of)
        last = times.ends or times.begins + limit
        if last >= as_of:
            continue
        notes = []
        if not times.ends:
            weeks = service.policy.brace.max_weeks
            notes.append(f"{weeks} weeks were over on {date_text(last)}")
            if order.worded.kind in WITHOUT_DATE:
                notes.append(WITHOUT_DATE[order.worded.kind])
        if order.purpose.reasons:
            notes.append("the order names a reason for a longer brace")
        yield Row(
            "brace-beyond-end",
            last.isoformat(),
            with_notes(f"{times.sentence()}, still active", notes),
            (order.reference,),
        )


def with_notes(text: str, notes: Sequence[str]) -> str:
    return "; ".join([text, *(note.rstrip(".") for note in notes)]) + "."


# --- files


def write_worklist(
    rows: Sequence[tuple[str, Row]],
    file: Path,
    as_of: date,
    reasons: Sequence[str] = get_args(Reason),
) -> None:
    """Write the rows, each with the patient's id.

    The format is FHIR NDJSON (`.ndjson`), a Bundle (`.json`), or else CSV.
    """
    if file.suffix == ".ndjson":
        lines = (
            json.dumps(resource, ensure_ascii=False) + "\n"
            for resource in _resources(rows, as_of, reasons)
        )
        text = "".join(lines)
    elif file.suffix == ".json":
        entries = [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in _resources(rows, as_of, reasons)
        ]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        text = json.dumps(bundle, ensure_ascii=False, indent=1) + "\n"
    else:
        table = StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        for patient, row in rows:
            writer.writerow(
                (
                    safe_cell(patient),
                    row.reason,
                    row.since,
                    row.text,
                    " ".join(row.resources),
                )
            )
        text = table.getvalue()
    with replaced(file) as target:
        target.write(text.encode())


def _resources(
    rows: Sequence[tuple[str, Row]], as_of: date, reasons: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Make one Group of all patients for each reason, and one Task for each row.

    Each Task is a proposal, not an order.
    """
    for reason in reasons:
        patients = sorted({patient for patient, row in rows if row.reason == reason})
        group: dict[str, Any] = {
            "resourceType": "Group",
            "id": str(uuid5(NAMESPACE, f"{reason} {as_of}")),
            "type": "person",
            "actual": True,
            "code": _code(reason),
            "quantity": len(patients),
        }
        # FHIR allows no empty list.
        if patients:
            group["member"] = [
                {"entity": {"reference": f"Patient/{patient}"}} for patient in patients
            ]
        yield group
    for patient, row in rows:
        key = f"{patient} {row.reason} {row.since} {' '.join(row.resources)}"
        yield {
            "resourceType": "Task",
            "id": str(uuid5(NAMESPACE, key)),
            "status": "requested",
            "intent": "proposal",
            "code": _code(row.reason),
            "description": row.text,
            "for": {"reference": f"Patient/{patient}"},
            "authoredOn": as_of.isoformat(),
            "input": [
                {"type": {"text": "on record"}, "valueReference": {"reference": name}}
                for name in row.resources
            ],
        }


def _code(reason: str) -> dict[str, Any]:
    return {"coding": [{"system": WORKLIST_REASONS, "code": reason}]}
