"""Answer one hook call: the path of a request, from its orders to the audit log.

1. Read the orders, and return if none of them may be ours.
2. Read the record, and return if the call is not ours after all.
3. Find what the record says, and (3b) what earlier overrides close:
   findings and closures, together a `Case`.
4. and 5. Conclude: figures, signals, facts, recommendations.
6. Say it: cards, with the orders that they offer.
7. Log it, and only then return the cards.

Each step reads only the results of the steps above it. `docs/architecture.md` says
which module takes which step.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Literal
from uuid import uuid4

from cds_service.audit.chain import AuditEntry, is_probe, kept_user
from cds_service.audit.entry import (
    NOT_LISTED,
    Shown,
    entry_for,
    near_miss_entry,
    unread_entry,
)
from cds_service.call import (
    Call,
    Gathered,
    Ports,
    ReadCase,
    Service,
    ServiceHook,
    SignedOrders,
)
from cds_service.cards.answer import Answer
from cds_service.cards.build import build_cards
from cds_service.core.braces.bracing import with_counted_from
from cds_service.core.case import Case, Conclusion, Questions, conclude
from cds_service.core.derivations.derived import derive
from cds_service.core.earlier_cards.closures import (
    LONGEST_DAYS,
    CardFeedback,
    Circumstances,
    Fracture,
    find_closures,
)
from cds_service.core.findings import Findings
from cds_service.core.handout.handout import (
    HANDOUT_DRAFT,
    find_handout,
    handout_sentences,
)
from cds_service.core.orders import AugmentationOrder, SupportOrders
from cds_service.core.risk.grave_findings import BEHIND, entries_behind
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.words.languages import LanguageFile
from cds_service.core.words.phrases import NotTranslated
from cds_service.errors import AuditUnavailable, EvidenceUnavailable
from cds_service.fhir.entries.contents import contents_of
from cds_service.fhir.findings.chart import Chart, CountedDays, Ordered
from cds_service.fhir.findings.extraction import extract_findings
from cds_service.fhir.gathering.gather import gather
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.plan import PrefetchPlan
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.record_state import is_unread, state_of
from cds_service.fhir.gathering.refusals import (
    refuse_another_patient,
    refuse_lists_of_another,
)
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.near_misses import NearMiss
from cds_service.fhir.orders.discharge.aftermath import without_performed
from cds_service.fhir.orders.discharge.leaving import read_leaving
from cds_service.fhir.orders.discharge.performed import find_performed
from cds_service.fhir.orders.discharge.reasons_of_status import with_reasons_of_status
from cds_service.fhir.orders.drafts import DraftOrders, with_foreign_orders
from cds_service.fhir.orders.injuries.dated_fractures import dated_fractures
from cds_service.fhir.orders.levels.broken_levels import region_treated
from cds_service.fhir.orders.levels.reported_levels import levels_broken_at_once
from cds_service.fhir.orders.missed_orders import (
    missed_orders,
    unread_braces,
    unread_orders,
)
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.operations.done_procedures import (
    RECENT,
    has_augmentation,
    with_doubted_operations,
    with_known_statuses,
    with_possible_days,
)
from cds_service.fhir.orders.operations.orders_of_chart import (
    is_recent,
    orders_of_operation,
)
from cds_service.fhir.orders.order_lengths import weight_of_words
from cds_service.fhir.orders.recognition import (
    is_discharge_ordered,
    may_concern_us,
    read_drafts,
    with_meanings,
)
from cds_service.fhir.orders.referred import (
    with_referred,
    with_signing,
    with_unsent_reasons_of_drafts,
)
from cds_service.fhir.orders.since.told_lately import told_lately
from cds_service.fhir.orders.suggested.handout_draft import Page, draft_handout
from cds_service.fhir.orders.suggested.suggestions import (
    SharedParts,
    make_suggestions,
    order_words,
)
from cds_service.fhir.orders.support.joined_support import join_support_orders
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from cds_service.fhir.orders.support.support_on_record import (
    with_delivered,
    with_unclear,
)
from cds_service.fhir.orders.support.told_braces import with_told
from cds_service.fhir.orders.training.ward_training import without_ward_training
from cds_service.fhir.site_calendar import SiteCalendar, answered_on
from cds_service.outgoing.deadline import Deadline, limited_by
from cds_service.places import places_counted_for
from cds_service.protocol.messages import (
    NO_CARDS,
    Card,
    HookRequest,
    HookResponse,
    OrderSignContext,
)
from cds_service.protocol.signing import Signing

# Seconds for writing the entry of a call that gets no card.
NOTE_SECONDS = 0.5
# Share of the time left after the record is read that reading the history may take.
HISTORY_SHARE = 1 / 6
# How far back overrides are read. Even one that lasts until a new fracture or another
# order is over by then.
HISTORY = timedelta(days=LONGEST_DAYS + 1)


def answer(
    service: Service,
    hook: ServiceHook,
    request: HookRequest,
    ports: Ports,
) -> HookResponse:
    """Answer one hook call.

    | hook                  | cards are for                                         |
    |-----------------------|-------------------------------------------------------|
    | `order-sign`          | an augmentation order; a brace or bed rest after one  |
    | `patient-view`        | an augmentation order on record, as if it were signed |
    | `encounter-discharge` | an augmentation done in this stay or in the last days |

    An `order-sign` call with the order of a discharge is answered as a discharge.

    Raises:
        PatientMismatch: the Patient, or the augmentation order, is of another patient
            than the request.
        EvidenceUnavailable: an augmentation is ordered, and nothing of the record could
            be read.
        NotAllowed: part of the record was not sent, and the caller may not name the
            server that has it.
        TooBusy: other calls took the places that this one needs.
        DeadlinePassed: the time was over before the answer was made; it is not recorded
            as shown.
        AuditUnavailable: the entry could not be written; nothing is returned then.
    """
    until = ports.deadline.for_cards()
    now = ports.clock()
    places = places_counted_for(ports.caller.client or "")
    with limited_by(until), places, answered_on(service.calendar.day_of(now)):
        return _answer_in_time(service, hook, request, ports, now)


def _answer_in_time(
    service: Service,
    hook: ServiceHook,
    request: HookRequest,
    ports: Ports,
    now: datetime,
) -> HookResponse:
    """Take all steps; a signing without an order of ours ends in the first."""
    is_signing = hook.hook == "order-sign"
    if is_signing:
        if not _may_be_ours(service, request, ports):
            return NO_CARDS
        ports.take_words(weight_of_words(request.context.draft_orders))
    call = Call(
        service=service,
        service_id=hook.id,
        hook=hook,
        request=request,
        ports=ports,
        now=now,
        entry_id=str(uuid4()),
    )
    if hook.hook == "patient-view":
        signing_of_record = _as_if_signed(call)
        if signing_of_record is None:
            return NO_CARDS
        call = signing_of_record
    orders = _read_orders(call)
    if is_signing and _is_discharge_signed(orders, service):
        call = replace(call, hook=service.leaving_hook)
    read_case = _read_case(call, orders)
    if read_case is None:
        return NO_CARDS
    return _conclude_and_log(call, read_case)


def _read_case(call: Call, orders: SignedOrders) -> ReadCase | None:
    """Read the record and make the case (steps 2 and 3); None if it is not ours."""
    if call.hook.hook == "encounter-discharge":
        return _read_discharge(call, orders)
    return _read_signing(call, orders)


def _read_signing(call: Call, orders: SignedOrders) -> ReadCase | None:
    """Make the case of a signing; None if it is not ours."""
    near_misses = missed_orders(orders.drafts, call.service.terminology)
    gathered = _gather_if_ours(call, orders)
    if gathered is None:
        _note_near_misses(call, near_misses)
        return None
    case = _case_of_signing(call, gathered)
    record = gathered.record
    in_record = (*record.near_misses, *unread_orders(record.entries))
    return ReadCase(case, (*near_misses, *in_record), record.encounter or None)


def _read_discharge(call: Call, orders: SignedOrders) -> ReadCase | None:
    """Make the case of a discharge; None without an augmentation.

    The procedures are read first, and decide: most patients who leave had no
    augmentation. If the procedures cannot be read whole, the log says so.
    """
    procedures = _read_procedures(call, orders.person)
    if procedures is None:
        _note_unread(call, "procedures")
        return None
    procedures = _with_course_and_days(procedures, call)
    if _find_performed(call, procedures) is None:
        if _may_be_incomplete(call, procedures):
            _note_unread(call, "procedures")
        return None
    gathered = _gather(call, orders)
    record = with_known_statuses(gathered.record, call.service.terminology)
    record = _with_course_and_days(record, call)
    gathered = replace(gathered, record=record)
    performed = _find_performed(call, record)
    if performed is None:
        # The whole record tells that the procedure is another patient's.
        _note_unread(call, "procedures")
        return None
    case = _case_of_discharge(call, gathered, performed)
    return ReadCase(case, record.near_misses, record.encounter or None)


def _with_course_and_days(record: PatientRecord, call: Call) -> PatientRecord:
    """Add to operations what the reason of their status says, and possible days.

    If none was done, those that were not understood are added.
    """
    terminology = call.service.terminology
    record = with_reasons_of_status(record, terminology)
    record = with_possible_days(record, terminology, call.today)
    if _find_performed(call, record) is not None:
        return record
    return with_doubted_operations(record, terminology)


# --- step 1: the orders


def _may_be_ours(service: Service, request: HookRequest, ports: Ports) -> bool:
    """Tell if any order of the signing may be ours, before anything else is read."""
    drafts, terminology = request.context.draft_orders, service.terminology
    until = ports.deadline.for_orders()
    with limited_by(until):
        return may_concern_us(drafts, terminology, until)


def _read_orders(call: Call) -> SignedOrders:
    """Read the orders (step 1), before the record is read; a discharge has none."""
    person, ports = call.person, call.ports
    with limited_by(ports.deadline.for_orders()):
        drafts = read_drafts(
            call.request.context.draft_orders,
            person,
            call.service.terminology,
            ports.deadline,
        )
        drafts = replace(drafts, signed_on=call.today)
        return _orders_in(drafts, person, call.service.terminology)


def _orders_in(
    drafts: DraftOrders,
    person: Person,
    terminology: Terminology,
) -> SignedOrders:
    """Recognise the augmentation and the support orders among the drafts."""
    # What a draft refers to, read with the record, may have undone its meaning.
    drafts = with_meanings(drafts, terminology)
    return SignedOrders(
        person=person,
        drafts=drafts,
        augmentation=find_augmentation_order(drafts, terminology),
        support_orders=find_draft_support_orders(drafts, terminology),
    )


def _is_discharge_signed(orders: SignedOrders, service: Service) -> bool:
    """Tell if a discharge is signed, and no augmentation with it."""
    if orders.augmentation is not None:
        return False
    return is_discharge_ordered(orders.drafts, service.terminology)


def _as_if_signed(call: Call) -> Call | None:
    """Make a call that signs the augmentation orders on record; None without one.

    Only the list of orders is read first: most patients whose chart is opened have no
    such order. The procedures tell if an order was carried out since.
    """
    person = call.person
    record = _read_deciding_lists(call, person, "ServiceRequest")
    if record is None:
        _note_unread(call, "orders")
        return None
    on_record = [
        order.raw
        for order in record.entries
        if _is_open_augmentation(order.raw, person, call)
    ]
    if not on_record:
        if _may_be_incomplete(call, record):
            _note_unread(call, "orders")
        return None
    procedures = _read_deciding_lists(call, person, "Procedure")
    orders = orders_of_operation(
        on_record, procedures, call.service.terminology, call.today
    )
    if not orders:
        return None
    entries = [{"resource": order} for order in orders]
    context = call.request.context
    context_of_record = OrderSignContext(
        user_id=context.user_id,
        patient_id=context.patient_id,
        encounter_id=context.encounter_id,
        draft_orders={"resourceType": "Bundle", "type": "collection", "entry": entries},
    )
    request = call.request.model_copy(update={"context": context_of_record})
    return replace(call, request=request)


def _is_open_augmentation(order: Mapping[str, Any], person: Person, call: Call) -> bool:
    """Tell if an order on record is for an augmentation that is still to be done."""
    if order.get("status") not in ("active", "draft"):
        return False
    if not is_recent(order, call.today, call.service.calendar):
        return False
    terminology, deadline = call.service.terminology, call.ports.deadline
    bundle = {"resourceType": "Bundle", "entry": [{"resource": order}]}
    if not may_concern_us(bundle, terminology, deadline):
        return False
    drafts = read_drafts(bundle, person, terminology, deadline)
    return find_augmentation_order(drafts, terminology) is not None


# --- is the call ours: what the record decides


def _gather_if_ours(call: Call, orders: SignedOrders) -> Gathered | None:
    """Read the record of a signing (step 2); None if the signing is not ours."""
    if not orders.needs_record(call.service.policy):
        return None
    try:
        gathered = _gather(call, orders)
    except EvidenceUnavailable:
        if orders.augmentation is None:
            # Without a record nothing says that this brace follows an augmentation.
            return None
        raise
    return gathered if _is_ours_by_record(call, gathered) else None


def _is_ours_by_record(call: Call, gathered: Gathered) -> bool:
    """Tell if an augmentation is signed, or a brace soon enough after one."""
    if gathered.orders.augmentation is not None:
        return True
    policy, augmented_on = call.service.policy, gathered.support.augmented_on
    if augmented_on is None or not gathered.orders.has_brace_to_judge(policy):
        return False
    return 0 <= (call.today - augmented_on).days <= policy.brace.only_days


def _read_procedures(call: Call, person: Person) -> PatientRecord | None:
    """Read the procedures, with the stays if those decide; None if it failed."""
    procedures = _read_deciding_lists(call, person, "Procedure")
    terminology = call.service.terminology
    if procedures is None or not has_augmentation(procedures, terminology):
        return procedures
    if _find_performed(call, procedures) is not None:
        return procedures
    # An older augmentation is of this stay if the stay began before it.
    with_stays = _read_deciding_lists(call, person, "Procedure", "Encounter")
    return procedures if with_stays is None else with_stays


def _find_performed(call: Call, record: PatientRecord) -> AugmentationOrder | None:
    """Find the augmentation of this stay, or of the last days."""
    return find_performed(
        record,
        call.service.terminology,
        encounter=call.request.context.encounter_id,
        since=call.today - timedelta(days=call.service.policy.discharge.days),
        today=call.today,
    )


def _read_deciding_lists(
    call: Call, person: Person, *types: str
) -> PatientRecord | None:
    """Read the lists that decide if a call is ours; None if they cannot be read.

    Raises:
        PatientMismatch: the Patient that was sent, or the whole list, is another's. An
            answer without cards would say of this patient that nothing is open.
    """
    plan = call.hook.plan
    refuse_another_patient(plan, call.request)
    try:
        record = _read_record(call, plan.of_types(*types), person)
    except EvidenceUnavailable:
        return None
    refuse_lists_of_another(record)
    return record


def _may_be_incomplete(call: Call, record: PatientRecord) -> bool:
    """Tell if the list that decides may lack something.

    It may if it was not sent or not read whole, if an entry of it is broken, or if
    entries of another patient were on it.
    """
    if record.foreign or record.unreadable:
        return True
    if any(map(is_unread, record.reads.values())):
        return True
    return _may_be_unsearched(call, record)


def _may_be_unsearched(call: Call, record: PatientRecord) -> bool:
    """Tell if the EHR perhaps never looked for the entries of an empty list.

    A `null` list says that there are no entries. A `null` Patient says that the EHR did
    not look: then it may not have looked for the entries either.
    """
    if any(list_read.state == "given" for list_read in record.reads.values()):
        return False
    prefetch = call.request.prefetch
    keys = (template.key for template in call.hook.plan.of_types("Patient").templates)
    return any(key in prefetch and prefetch[key] is None for key in keys)


# --- notes of calls that get no card


def _note_near_misses(call: Call, near_misses: tuple[NearMiss, ...]) -> None:
    """Note orders that are nearly ours, if there are any."""
    if not near_misses:
        return
    caller = call.ports.caller
    _note(call, near_miss_entry(call.now, call.service_id, near_misses, caller))


def _note_unread(call: Call, deciding: Literal["procedures", "orders"]) -> None:
    """Note a call that may be ours: the list that decides was not read whole."""
    caller = call.ports.caller
    _note(call, unread_entry(call.now, call.service_id, caller, deciding))


def _note(call: Call, entry: AuditEntry) -> None:
    """Append an entry about a call that gets no card, if there is time.

    A probe gets no entry.
    """
    context, ports = call.request.context, call.ports
    if is_probe(context.user_id, context.patient_id):
        return
    seconds = min(NOTE_SECONDS, max(0.0, ports.deadline.left))
    # No card is shown, so none would be missing from the log.
    with suppress(AuditUnavailable):
        ports.audit.append(entry, Deadline.after(seconds))


# --- step 2: the record


def _gather(call: Call, orders: SignedOrders) -> Gathered:
    """Read the record (step 2), and the orders again if it adds to them."""
    request, ports, terminology = call.request, call.ports, call.service.terminology
    record = _read_record(call, call.hook.plan, orders.person)
    ports.deadline.check()

    # Identifiers of the Patient, and what a draft refers to, are in the record alone.
    person = orders.person.identified(record.patient, ())
    drafts = orders.drafts.for_person(person)
    until = ports.deadline.for_reading()
    drafts = with_referred(drafts, record, request, ports.fhir, person, until=until)
    # The drafts stay the same object if the record adds nothing to them.
    if drafts is not orders.drafts:
        orders = _orders_in(drafts, person, terminology)

    record = with_signing(record, orders.drafts, terminology, call.today)
    record = with_unsent_reasons_of_drafts(record, orders.drafts, terminology)
    support = join_support_orders(
        orders.support_orders,
        record,
        terminology,
        augmentation=orders.augmentation,
        today=call.today,
        drafts=orders.drafts,
    )
    return Gathered(orders=orders, record=record, support=support)


def _read_record(call: Call, plan: PrefetchPlan, person: Person) -> PatientRecord:
    """Read what these queries give (step 2), from prefetch or the FHIR server."""
    ports, terminology = call.ports, call.service.terminology
    reader, deadline = ports.fhir, ports.deadline
    return gather(call.request, plan, reader, terminology, person, deadline=deadline)


# --- step 3: findings, closures and the case


def _case_of_signing(call: Call, gathered: Gathered) -> Case:
    """Make the case of signed orders (steps 3 and 3b)."""
    order, record = gathered.orders.augmentation, gathered.record
    case = _case_of(call, record, order, gathered.support)
    return replace(
        case,
        record_state=with_foreign_orders(case.record_state, gathered.orders.drafts),
    )


def _case_of_discharge(
    call: Call, gathered: Gathered, performed: AugmentationOrder
) -> Case:
    """Make the case of a discharge (steps 3 and 3b): the procedure is its order."""
    record, terminology = gathered.record, call.service.terminology
    record_before = without_performed(record, performed, terminology)
    since = performed.performed_on or call.today - RECENT
    delivered = with_delivered(gathered.support, record, since, call.today)
    delivered = with_unclear(delivered, record, terminology, call.today)
    support = without_ward_training(
        with_told(delivered, record, performed.references, since, terminology),
        record,
        terminology,
        encounter=call.request.context.encounter_id,
        today=call.today,
    )
    case = _case_of(call, record_before, performed, support)
    leaving = read_leaving(record, terminology, performed, call.now)
    state = case.record_state
    if not performed.is_sure:
        # No button is pre-selected for a procedure that may be of another time.
        state = replace(state, lists_not_read=(*state.lists_not_read, "procedures"))
    return replace(case, record_state=state, leaving=leaving)


def _case_of(
    call: Call,
    record: PatientRecord,
    order: AugmentationOrder | None,
    support: SupportOrders,
) -> Case:
    """Make a case of the record (steps 3 and 3b)."""
    service, hook, today = call.service, call.hook, call.today
    # The only read of this step has a share of the time. The findings get the rest.
    history = _earlier_feedback(call)
    levels = order.levels.names if order else ()
    findings = find_findings(service, _chart_of(call, record, order), order)
    circumstances = Circumstances(
        today=today,
        user=kept_user(call.request.context.user_id),
        encounter=record.encounter or None,
        hook_instance=call.request.hook_instance,
        fracture=Fracture.of(findings, levels),
        on_record=dated_fractures(record, service.terminology, today),
    )
    closures = find_closures(history, hook.closures.closures, circumstances)
    open_support = closures.without_closed(support)
    return Case(
        in_force=service,
        questions=Questions(facts=hook.facts, rules=hook.rules),
        order=order,
        record_state=state_of(record),
        findings=findings,
        support=with_counted_from(
            open_support, findings, today, order.performed_on if order else None
        ),
        fracture=circumstances.fracture,
        closures=closures,
        contents=contents_of(record.entries, _entries_behind_facts(findings)),
        told_lately=told_lately(
            record,
            service.terminology,
            today,
            is_signed=order is not None and order.performed_on is None,
        ),
        reported_levels=_reported_levels(record, order, service, today),
        today=today,
    )


def _reported_levels(
    record: PatientRecord,
    order: AugmentationOrder | None,
    service: Service,
    today: date,
) -> frozenset[str]:
    """Name the vertebrae that a report calls freshly broken, for an order of now."""
    if order is None or order.performed_on is not None:
        return frozenset()
    treated = order.levels.names
    return levels_broken_at_once(record, service.terminology, today, treated)


def _chart_of(
    call: Call, record: PatientRecord, order: AugmentationOrder | None
) -> Chart:
    """Index the record, with what the order treats and its words name."""
    chart = Chart(
        record,
        call.service.terminology,
        _counted_days(call, order),
        treated=order.levels.names if order else (),
        region=region_treated(order.levels) if order else frozenset(),
        deadline=call.ports.deadline.for_cards(),
    )
    if order:
        chart.ordered = Ordered(", ".join(order.references), order.t_scores)
    return chart


def _entries_behind_facts(findings: Findings) -> frozenset[str]:
    return frozenset().union(*(entries_behind(name, findings) for name in BEHIND))


def _counted_days(call: Call, order: AugmentationOrder | None) -> CountedDays:
    """Set the days that limit what counts.

    A record as of now counts up to now; as of an earlier day (`--as-of`), up to the
    order.
    """
    today = call.today
    authored = order.authored if order else None
    ordered_on = min(authored, today) if authored else today
    operated_on = order.performed_on if order else None
    is_earlier = call.ports.is_of_earlier_day
    return CountedDays(
        today=today,
        not_after=ordered_on if is_earlier else today,
        read_on=today,
        written=ordered_on,
        until=None if is_earlier else call.now,
        operated_on=operated_on,
    )


def find_findings(
    service: Service,
    chart: Chart,
    order: AugmentationOrder | None,
    specs: Mapping[str, FindingSpec] | None = None,
) -> Findings:
    """Find what the record says, and what follows from it (step 3).

    Args:
        specs: the findings that are asked for; None for all.
    """
    asked_specs = service.finding_specs if specs is None else specs
    observed = extract_findings(chart, asked_specs)
    criteria = service.policy.sarcopenia.criteria
    return derive(observed, asked_specs, order, sarcopenia_criteria=criteria)


def _earlier_feedback(call: Call) -> Sequence[CardFeedback] | None:
    """Read the feedback on this patient's cards; None if it was not read in time."""
    request, ports = call.request, call.ports
    if ports.history is None or not ports.may_name_server:
        return ()
    patient, server = request.context.patient_id, call.server
    earliest = call.now - HISTORY
    read_feedback = partial(
        ports.history.feedback_on, patient, server, earliest, ports.caller
    )
    deadline = Deadline.after(max(0.0, ports.deadline.left) * HISTORY_SHARE)
    # In a thread of its own, which is given up if the database is slow.
    try:
        feedback = run_side_by_side({"history": read_feedback}, deadline).get("history")
    except AuditUnavailable:
        return None
    if feedback is None:
        return None
    return [_at_site(entry, call.service.calendar) for entry in feedback]


def _at_site(feedback: CardFeedback, calendar: SiteCalendar) -> CardFeedback:
    """Return the feedback with its times in the zone of the site, whose days count."""
    return replace(feedback, answered=calendar.at_site(feedback.answered))


# --- steps 4 to 7: conclude, say, log


def _conclude_and_log(call: Call, read_case: ReadCase) -> HookResponse:
    """Conclude from a case, make its cards, and log them (steps 4 to 7)."""
    ports = call.ports
    conclusion = conclude(read_case.case)
    in_stay = _call_in_stay(call, read_case.encounter)
    full_answer, cards = _answer_with_cards(in_stay, conclusion)
    ports.deadline.check()
    response = HookResponse(cards=cards)
    entry = entry_for(_shown_of(call, read_case, full_answer, response))
    ports.deadline.check()
    ports.audit.append(entry, ports.deadline)
    return response if ports.is_shown else NO_CARDS


def _call_in_stay(call: Call, encounter: str | None) -> Call:
    """Return the call with the stay that its new orders may name."""
    context = call.request.context
    if context.encounter_id == encounter:
        return call
    in_stay = context.model_copy(update={"encounter_id": encounter})
    request = call.request.model_copy(update={"context": in_stay})
    return replace(call, request=request)


def _answer_with_cards(
    call: Call, conclusion: Conclusion
) -> tuple[Answer, tuple[Card, ...]]:
    """Make the cards in the language asked for (step 6).

    If that language lacks words for one text, all texts are in English.
    """
    language = call.service.languages.get(call.ports.language)
    if language is not None:
        with suppress(NotTranslated):
            full_answer = _make_answer(call, conclusion, language)
            return full_answer, build_cards(full_answer)
    full_answer = _make_answer(call, conclusion)
    return full_answer, build_cards(full_answer)


def _make_answer(
    call: Call, conclusion: Conclusion, language: LanguageFile | None = None
) -> Answer:
    """Add to a conclusion the orders and links that its cards offer.

    The same conclusion and signing give the same orders.

    Raises:
        NotTranslated: the language has no words for one of them.
    """
    hook, ports = call.hook, call.ports
    acts, shared = conclusion.recommendations, _shared_parts(call, language)
    suggestions = dict(make_suggestions(acts, shared))
    page = _page_to_take_home(call, conclusion)
    page_draft = draft_handout(page, shared) if page else None
    if page_draft:
        suggestions[HANDOUT_DRAFT] = (page_draft,)
    # A draft needs a text that the site has read. The linked page says if it has not.
    is_page_linked = bool(hook.handouts) and _may_have_page(conclusion)
    return Answer(
        conclusion=conclusion,
        texts=hook.texts,
        signing=shared.signing,
        suggestions=suggestions,
        order_words=order_words(acts, suggestions, shared),
        base_url=ports.base_url,
        basis_url=ports.linked.basis(call.entry_id),
        handout_url=ports.linked.handout(call.entry_id) if is_page_linked else "",
        worksheet_url=ports.linked.worksheet,
        language=language,
    )


def _shared_parts(call: Call, language: LanguageFile | None) -> SharedParts:
    """Collect the parts that all suggested orders of this call share."""
    ports, context = call.ports, call.request.context
    signing = Signing(
        client=ports.caller.client,
        tenant=ports.caller.tenant,
        server=call.server,
        patient=context.patient_id,
        orders=call.signed_digest,
        hook_instance=call.request.hook_instance,
    )
    return SharedParts(
        signing=signing,
        encounter_id=context.encounter_id,
        user_id=context.user_id,
        templates=call.hook.order_templates,
        terminology=call.service.terminology,
        today=call.today,
        capabilities=ports.capabilities,
        language=language,
    )


def _may_have_page(conclusion: Conclusion) -> bool:
    """Tell if there may be a page for the patient.

    It says what was done, and addresses the patient, who may have died.
    """
    order = conclusion.case.order
    death = conclusion.case.findings.gaps.get("deceased")
    is_death_open = death is not None and death.reason == "unreadable"
    return not is_death_open and (order is None or order.is_sure)


def _page_to_take_home(call: Call, conclusion: Conclusion) -> Page | None:
    """Make the patient's page in the site's language; None if it may not be shown."""
    settings, leaving = call.ports.handout, conclusion.case.leaving
    text = call.hook.handouts.get(settings.language)
    if leaving is None or conclusion.facts.leading is None:
        return None  # no card of a discharge
    if not _may_have_page(conclusion):
        return None
    if text is None or not text.is_read(settings):
        return None
    lines = handout_sentences(find_handout(conclusion, leaving), text, settings)
    return Page(text.language, text.title, [sentence for _, sentence in lines])


def _shown_of(
    call: Call, read_case: ReadCase, full_answer: Answer, response: HookResponse
) -> Shown:
    """Collect the parts of an answer that the log keeps."""
    ports = call.ports
    acts = full_answer.recommendations
    corrections = [correction for act in acts for correction in act.corrections]
    return Shown(
        entry_id=call.entry_id,
        at=call.now,
        service_id=call.service_id,
        request=call.request,
        caller=ports.caller,
        server=call.server if ports.may_name_server else NOT_LISTED,
        near_misses=(*read_case.near_misses, *unread_braces(corrections)),
        answer=full_answer,
        response=response,
        silent_after=None if ports.is_shown else ports.deadline.passed,
        asked_language=ports.language,
    )
