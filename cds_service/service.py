"""The path of one request, top to bottom. `docs/architecture.md` says which module takes which step.

Each step reads the results of the steps above it and of nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from cds_service.audit.chain import AuditLog, is_probe
from cds_service.audit.earlier_feedback import EarlierFeedback, closures_json
from cds_service.audit.entry import NOT_LISTED, entry_for, near_miss_entry
from cds_service.cards.answer import Answer
from cds_service.cards.answered import grounds_of
from cds_service.cards.build import build_cards
from cds_service.cards.guidelines import Guideline, Summary
from cds_service.cards.texts import CardTexts
from cds_service.core.assessment import assess
from cds_service.core.bracing import Correction, counting_orders
from cds_service.core.caller import NOBODY, Caller
from cds_service.core.card_words import words_of_facts
from cds_service.core.chart_facts import FactFile, rank_facts
from cds_service.core.closures import CardFeedback, Circumstances, ClosureFile, Fracture, find_closures
from cds_service.core.derived import derive
from cds_service.core.facts import AugmentationOrder, Findings, SupportOrder, SupportOrders
from cds_service.core.policy import Policy
from cds_service.core.pooled import PooledModel
from cds_service.core.pooled_study import PooledStudy
from cds_service.core.prediction import LogisticModel
from cds_service.core.recommendations import Rule, recommend, words_of_rules
from cds_service.core.signals import Situation, find_signals
from cds_service.core.source_attributes import SourceAttributes
from cds_service.core.study import LogisticStudy, Study
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.wording import Wording
from cds_service.errors import AuditUnavailable, EvidenceUnavailable
from cds_service.fhir.facts.chart import Chart, Horizon
from cds_service.fhir.facts.findings import extract_findings
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.prefetch import PrefetchPlan
from cds_service.fhir.gathering.reading import FhirReader
from cds_service.fhir.gathering.record import PatientRecord, gather, state_of
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.near_misses import NearMiss, missed_orders, unread_braces
from cds_service.fhir.orders.augmentation import find_augmentation_order
from cds_service.fhir.orders.drafts import DraftOrders, read_drafts, with_drafts
from cds_service.fhir.orders.recognition import may_concern_us
from cds_service.fhir.orders.referred import with_drafted_drugs, with_referred
from cds_service.fhir.orders.suggestions import OrderTemplate, draft_suggestions, order_words
from cds_service.fhir.orders.support_orders import find_draft_support_orders, find_support_orders
from cds_service.fhir.references import bases_of_call
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import NO_CARDS, HookRequest, HookResponse
from cds_service.protocol.signing import Signing
from cds_service.site.clients import EVERYTHING, Capabilities

NOTE_SECONDS = 0.5  # for the entry of a near miss
HISTORY_SHARE = 1 / 6  # of the time that is left once the record is read
HISTORY = timedelta(days=367)  # no closure of `closures.toml` is longer


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHook:
    """One CDS service: a folder of `hooks/`.

    Attributes:
        discovery: the entry that discovery shows, with the codes that its prefetch templates ask for.
        plan: the prefetch templates, whatever discovery shows of them.
        order_templates: R4 orders that can be suggested, by name.
    """

    id: str
    hook: str
    discovery: Mapping[str, Any]
    plan: PrefetchPlan
    rules: tuple[Rule, ...]
    facts: tuple[FactFile, ...]
    texts: CardTexts
    order_templates: Mapping[str, OrderTemplate]
    guidelines: Mapping[str, Guideline]
    summaries: tuple[Summary, ...]
    closures: ClosureFile

    def overdue(self, today: date) -> Mapping[str, tuple[str, ...]]:
        """Ids of the rules and guidelines whose review date has passed, by part."""
        return {
            "recommendations": tuple(one.id for one in self.rules if one.review_by < today),
            "facts": tuple(one.id for one in self.facts if one.review_by < today),
            "guidelines": tuple(one.id for one in self.guidelines.values() if one.review_by < today),
            "summaries": tuple(one.id for one in self.summaries if one.review_by < today),
            "closures": ("closures",) if self.closures.review_by < today else (),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All that is in force: read, checked and digested once, at start (`loading.py`).

    Attributes:
        pooled: the model whose refracture figure speaks; the studies stand beneath it.
        digests: sha256 by part (studies, core, mappings, hooks, policy, model cards) and the version.
        model_cards: JSON of `/models/{id}`, by study.
        attributes: source attributes, for the recommendations.
        of_clients: the service by issuer, for EHRs with mappings, hooks or a policy of their own.
    """

    hooks: Mapping[str, ServiceHook]
    terminology: Terminology
    finding_specs: Mapping[str, FindingSpec]
    studies: Mapping[str, Study]
    models: Mapping[str, LogisticModel]
    pooled: PooledModel
    policy: Policy
    wording: Wording
    digests: Mapping[str, str]
    model_cards: Mapping[str, Mapping[str, Any]]
    attributes: SourceAttributes
    of_clients: "Mapping[str, Service]" = field(default_factory=dict)

    @property
    def calendar(self) -> SiteCalendar:
        """The days of the site."""
        return self.terminology.calendar

    @property
    def studies_in_force(self) -> tuple[LogisticStudy | PooledStudy, ...]:
        """What every model that computes a figure is made from."""
        return (self.pooled.study, *(one.study for one in self.models.values()))

    def of(self, client: str | None) -> "Service":
        """What is in force for this EHR."""
        return self.of_clients.get(client or "", self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The outside world of one request.

    Attributes:
        clock: now; the service's calendar says which day that is at the site.
        fhir: a reader of the request's FHIR server, None where it names none.
        deadline: of the whole answer, from the arrival of the request.
        base_url: where this service's own pages are.
        history: what users answered before to cards about this patient; None where no log can be searched.
        caller: the EHR and tenant that call; `NOBODY` in open mode.
        aliases: other bases under which the request's FHIR server writes its references.
        may_name_server: whether the caller may name the request's FHIR server; one that it may not name is neither read
            nor recorded.
        capabilities: what the EHR can apply.
        is_of_earlier_day: whether `--as-of` names the day; nothing dated after the order counts then.
        is_shown: whether the cards leave; otherwise the answer is computed and recorded, and none does.
        basis_url: the address of the basis page of the audit entry with this id; empty where there is none.
    """

    clock: Callable[[], datetime]
    fhir: FhirReader | None
    audit: AuditLog
    deadline: Deadline
    base_url: str
    history: EarlierFeedback | None = None
    caller: Caller = NOBODY
    aliases: tuple[str, ...] = ()
    may_name_server: bool = True
    capabilities: Capabilities = EVERYTHING
    is_of_earlier_day: bool = False
    is_shown: bool = True
    basis_url: Callable[[str], str] = field(default=lambda _: "")


def answer(service: Service, hook: ServiceHook, request: HookRequest, ports: Ports) -> HookResponse:
    """Answer one hook call: cards for an augmentation order, or for a brace or bed-rest order after one.

    Raises:
        PatientMismatch: the Patient, or the augmentation order, is of another patient than the request.
        EvidenceUnavailable: an augmentation order, and nothing of the record could be read.
        NotAllowed: part of the record was not sent, and the caller may not name the server that has it.
        DeadlinePassed: the time was over before the answer was made; it is not recorded as shown.
        AuditUnavailable: the entry could not be written; nothing is returned then.
    """
    if not may_concern_us(request.context.draft_orders, service.terminology, ports.deadline):
        return NO_CARDS
    now = ports.clock()
    today = service.calendar.day_of(now)
    bases = bases_of_call((request.fhir_server, *ports.aliases), request.context.draft_orders, request.prefetch)
    person = Person(request.context.patient_id, bases)
    drafts = read_drafts(request.context.draft_orders, person, ports.deadline)
    order = find_augmentation_order(drafts, service.terminology)
    draft_support = find_draft_support_orders(drafts, service.terminology)
    near = missed_orders(drafts, service.terminology)
    if order is None and not _may_concern_bracing(draft_support, service.policy):
        return _no_cards(hook, request, near, ports, now)

    try:
        record = gather(request, hook.plan, ports.fhir, service.terminology, person, deadline=ports.deadline)
    except EvidenceUnavailable:
        if order is None:  # without a record nothing says that this brace follows an augmentation
            return _no_cards(hook, request, near, ports, now)
        raise
    ports.deadline.check()
    person = person.identified(record.patient, ())
    known = drafts.of(person.identifiers)
    record = with_drafted_drugs(record, known, service.terminology)
    known = with_referred(known, record, request, ports.fhir, person, until=ports.deadline.for_reading())
    if known is not drafts:
        drafts = known
        order = find_augmentation_order(drafts, service.terminology)
        draft_support = find_draft_support_orders(drafts, service.terminology)
    support = find_support_orders(draft_support, record, service.terminology, signed=order, today=today, bundle=drafts)
    concerns_bracing = _may_concern_bracing(draft_support, service.policy)
    if order is None and not (concerns_bracing and _follows_augmentation(support, service.policy, today)):
        return _no_cards(hook, request, near, ports, now)

    entry_id = str(uuid4())  # before the entry, since the cards link to it
    given = _earlier_feedback(service, request, ports, now)
    concluded = _conclude(
        service, hook, request, drafts, order, record, support, given, today, ports, ports.basis_url(entry_id)
    )
    ports.deadline.check()
    response = HookResponse(cards=build_cards(concluded))

    noted = closures_json(grounds_of(concluded, response.cards), concluded.fracture, concluded.closures)
    server = request.fhir_server if ports.may_name_server else NOT_LISTED
    entry = entry_for(
        now,
        hook.id,
        request,
        concluded,
        response,
        service.digests,
        service.studies_in_force,
        noted,
        ports.caller,
        server,
        (*near, *record.near, *unread_braces(_corrections(concluded))),
        entry_id=entry_id,
        silent_after=None if ports.is_shown else ports.deadline.passed,
    )
    ports.deadline.check()
    ports.audit.append(entry, ports.deadline)
    return response if ports.is_shown else NO_CARDS


def _corrections(concluded: Answer) -> list[Correction]:
    return [correction for one in concluded.recommendations for correction in one.corrections]


def _no_cards(
    hook: ServiceHook, request: HookRequest, near: tuple[NearMiss, ...], ports: Ports, now: datetime
) -> HookResponse:
    """The answer to an order that is not ours; one that was nearly ours is noted by its code, if there is time."""
    if near and not is_probe(request.context.user_id, request.context.patient_id):
        entry = near_miss_entry(now, hook.id, near, ports.caller)
        with suppress(AuditUnavailable):  # nothing is shown that would need it
            ports.audit.append(entry, Deadline.after(min(NOTE_SECONDS, max(0.0, ports.deadline.left))))
    return NO_CARDS


def _conclude(
    service: Service,
    hook: ServiceHook,
    request: HookRequest,
    drafts: DraftOrders,
    order: AugmentationOrder | None,
    record: PatientRecord,
    support: SupportOrders,
    given: Sequence[CardFeedback] | None,
    today: date,
    ports: Ports,
    basis_url: str,
) -> Answer:
    """Steps 3 to 5, and the suggested orders: pure, the same for the same record, overrides and day."""
    horizon = _horizon(order, today, ports)
    findings = find_facts(service, service.finding_specs, order, record, horizon, ports.deadline)
    fracture = Fracture.of(findings, order.levels if order else ())
    now = Circumstances(
        today=today,
        user=request.context.user_id,
        encounter=request.context.encounter_id,
        hook_instance=request.hook_instance,
        fracture=fracture,
    )
    closures = find_closures(given, hook.closures.closures, now)
    support = counting_orders(closures.without_closed(support), findings, today)
    state = with_drafts(state_of(record), drafts)
    assessment = assess(
        findings,
        state,
        service.models,
        service.pooled,
        service.studies,
        service.policy,
    )
    situation = Situation(
        findings=findings,
        support=support,
        assessment=assessment,
        policy=service.policy,
        studies=service.studies,
        wording=service.wording,
        today=today,
        lists_not_read=state.lists_not_read,
    )
    signals = find_signals(situation)
    words = words_of_rules(service.policy)
    facts = rank_facts(
        hook.facts,
        signals,
        {kind for kind in {one.kind for one in support.orders} if support.counted(kind)},
        common=words_of_facts(findings, signals, service.wording, today),
        closures=closures,
        no_training=_no_training(hook.rules),
    )
    recommendations = recommend(
        assessment,
        findings,
        signals,
        support,
        hook.rules,
        words,
        facts=facts.names(),
        closures=closures.without_acts(facts.open_acts),
    )
    signing = Signing(
        client=ports.caller.client,
        tenant=ports.caller.tenant,
        server=request.fhir_server,
        patient=request.context.patient_id,
        orders=request.context.drafts_digest,
        hook_instance=request.hook_instance,
    )
    suggestions = draft_suggestions(
        recommendations,
        signing=signing,
        encounter_id=request.context.encounter_id,
        user_id=request.context.user_id,
        templates=hook.order_templates,
        terminology=service.terminology,
        today=today,
        capabilities=ports.capabilities,
    )
    return Answer(
        signing=signing,
        base_url=ports.base_url,
        order=order,
        record_state=state,
        findings=findings,
        support=support,
        assessment=assessment,
        signals=signals,
        facts=facts,
        fracture=fracture,
        closures=closures,
        recommendations=recommendations,
        suggestions=suggestions,
        order_words=order_words(recommendations, suggestions, hook.order_templates, ports.capabilities, today),
        policy=service.policy,
        wording=service.wording,
        texts=hook.texts,
        basis_url=basis_url,
        today=today,
    )


def _no_training(rules: Sequence[Rule]) -> frozenset[str]:
    """Facts and signals under which rehabilitation is not offered."""
    names = (one.unless_signal for one in rules if one.order_kind == "rehabilitation")
    return frozenset().union(*names)


def _horizon(order: AugmentationOrder | None, today: date, ports: Ports) -> Horizon:
    """A live signing reads the record as of now; what looks at an earlier day, as of the order."""
    authored = order.authored if order else None
    written = min(authored, today) if authored else today
    return Horizon(today, written if ports.is_of_earlier_day else today, today, written)


def find_facts(
    service: Service,
    specs: Mapping[str, FindingSpec],
    order: AugmentationOrder | None,
    record: PatientRecord,
    horizon: Horizon,
    deadline: Deadline,
) -> Findings:
    """Step 3."""
    chart = Chart(
        record,
        service.terminology,
        horizon,
        treated=order.levels if order else (),
        deadline=deadline,
    )
    observed = extract_findings(chart, specs)
    return derive(observed, specs, order, sarcopenia_criteria=service.policy.sarcopenia.criteria)


def _earlier_feedback(
    service: Service, request: HookRequest, ports: Ports, now: datetime
) -> Sequence[CardFeedback] | None:
    """What was answered to this patient's cards; None when it was not read in time, and nothing is closed then."""
    if ports.history is None or not ports.may_name_server:
        return ()
    patient, server = request.context.patient_id, request.fhir_server
    read = partial(ports.history.feedback_on, patient, server, now - HISTORY, ports.caller)
    until = Deadline.after(max(0.0, ports.deadline.left) * HISTORY_SHARE)
    try:
        given = run_side_by_side({"history": read}, until).get("history")
    except AuditUnavailable:
        return None
    return given and [_at_site(one, service.calendar) for one in given]


def _at_site(given: CardFeedback, calendar: SiteCalendar) -> CardFeedback:
    """The feedback with its times as they were at the site, whose days count and are printed."""
    return replace(given, answered=given.answered.astimezone(calendar.zone))


def _may_concern_bracing(drafts: tuple[SupportOrder, ...], policy: Policy) -> bool:
    """A brace or bed-rest order is being signed, and the site wants an answer to it after an augmentation."""
    return policy.brace.only_days > 0 and any(order.kind in ("brace", "bed-rest") for order in drafts)


def _follows_augmentation(support: SupportOrders, policy: Policy, today: date) -> bool:
    """The record shows an augmentation within the site's days."""
    day = support.augmented_on
    return day is not None and 0 <= (today - day).days <= policy.brace.only_days
