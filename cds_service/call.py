"""The records that the steps of `service.py` take and return.

They hold what is in force, the outside world of a call, and what was read for it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from cds_service.audit.chain import AuditLog
from cds_service.audit.earlier_feedback import EarlierFeedback
from cds_service.audit.entry import NOT_LISTED
from cds_service.cards.guidelines import Guideline, Summary
from cds_service.cards.texts import CardTexts
from cds_service.core.acts.rule_file import Rule
from cds_service.core.caller import NOBODY, Caller
from cds_service.core.case import Case, InForce
from cds_service.core.earlier_cards.closures import ClosureFile
from cds_service.core.facts.fact_file import FactFile
from cds_service.core.handout.handout import HandoutText
from cds_service.core.handout.handout_settings import HandoutSettings
from cds_service.core.models.source_attributes import SourceAttributes
from cds_service.core.orders import AugmentationOrder, SupportOrder, SupportOrders
from cds_service.core.site_values.policy import Policy
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.words.languages import ENGLISH, LanguageFile
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.gathering.plan import PrefetchPlan
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.near_misses import NearMiss
from cds_service.fhir.orders.drafts import DraftOrders
from cds_service.fhir.orders.suggested.suggestions import OrderTemplate
from cds_service.fhir.references import bases_of_call
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.outgoing.address import parse_base
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookRequest
from cds_service.site.clients import EVERYTHING, Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHook:
    """One CDS service: a folder of `hooks/`.

    Attributes:
        discovery: the entry that discovery shows, with the codes that its prefetch
            templates ask for.
        plan: the prefetch templates, whatever discovery shows of them.
        order_templates: R4 orders that can be suggested, by name.
        handouts: the page that a patient takes home, by language; empty if it has none.
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
    handouts: Mapping[str, HandoutText] = field(default_factory=dict)

    def overdue(self, today: date) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of all that is overdue for review, by part of the folder."""
        parts: Mapping[str, Iterable[Rule | FactFile | Guideline | Summary]] = {
            "recommendations": self.rules,
            "facts": self.facts,
            "guidelines": self.guidelines.values(),
            "summaries": self.summaries,
        }
        ids = {}
        for name, files in parts.items():
            ids[name] = tuple(file.id for file in files if file.review_by < today)
        pages = self.handouts.items()
        late_pages = tuple(key for key, page in pages if page.review_by < today)
        if late_pages:
            ids["handouts"] = late_pages
        is_late = self.closures.review_by < today
        ids["closures"] = ("closures",) if is_late else ()
        return ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(InForce):
    """All that is in force: read, checked and digested once, at start (`loading.py`).

    Attributes:
        model_cards: JSON of `/models/{id}`, by study.
        attributes: source attributes, for the recommendations.
        languages: the languages that the site has turned on, without English.
        of_clients: the service by issuer, for EHRs that have their own mappings, hooks
            or policy.
    """

    hooks: Mapping[str, ServiceHook]
    terminology: Terminology
    finding_specs: Mapping[str, FindingSpec]
    model_cards: Mapping[str, Mapping[str, Any]]
    attributes: SourceAttributes
    languages: Mapping[str, LanguageFile] = field(default_factory=dict)
    of_clients: "Mapping[str, Service]" = field(default_factory=dict)

    @property
    def signing_hook(self) -> ServiceHook:
        """Return the service that answers when orders are signed."""
        return next(hook for hook in self.hooks.values() if hook.hook == "order-sign")

    @property
    def leaving_hook(self) -> ServiceHook:
        """Return the service that answers when a patient leaves."""
        name = "encounter-discharge"
        return next(hook for hook in self.hooks.values() if hook.hook == name)

    @property
    def calendar(self) -> SiteCalendar:
        """Return the days of the site."""
        return self.terminology.calendar

    def of(self, client: str | None) -> "Service":
        """Return the service in force for this EHR."""
        return self.of_clients.get(client or "", self)


def _no_page(_entry_id: str) -> str:
    return ""


class LinkedPages(NamedTuple):
    """Addresses of pages that belong to one answer; empty if there is no such page.

    Attributes:
        basis: returns that of the basis page of the audit entry with this id.
        handout: the same for the page that the patient takes home.
        worksheet: where this EHR launches the worksheet from a card.
    """

    basis: Callable[[str], str] = _no_page
    handout: Callable[[str], str] = _no_page
    worksheet: str = ""


NO_PAGES = LinkedPages()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The outside world of one request.

    Attributes:
        clock: returns the time; the service's calendar says which day that is at the
            site.
        fhir: a reader of the request's FHIR server, None if it names none.
        deadline: of the whole answer, from the arrival of the request.
        base_url: where this service's own pages are.
        history: finds earlier feedback on cards about this patient; None if no log can
            be searched.
        caller: the EHR and tenant that call; `NOBODY` in open mode.
        aliases: other bases under which the request's FHIR server writes references.
        may_name_server: the caller may name the request's FHIR server; one that it may
            not name is neither read nor recorded.
        capabilities: what the EHR can apply.
        is_of_earlier_day: `--as-of` names the day, so nothing dated after the order
            counts.
        is_shown: the cards are sent. If not, the answer is only computed and recorded.
        linked: the pages that the cards link to.
        handout: the site's settings for the page that the patient takes home.
        language: the language that is asked for.
        take_words: reserves the worker's capacity for the orders' words (`places.py`),
            given how much they weigh; raises TooBusy.
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
    linked: LinkedPages = NO_PAGES
    handout: HandoutSettings = field(default_factory=HandoutSettings)
    language: str = ENGLISH
    take_words: Callable[[int], None] = field(default=lambda _: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One hook call, and what answers it.

    Attributes:
        service_id: id of the service that was called.
        hook: the service that answers. A signed discharge is answered by the service
            of discharges, not by the one that was called.
        now: when it is answered.
        entry_id: id of its audit entry, which the cards link to.
    """

    service: Service
    service_id: str
    hook: ServiceHook
    request: HookRequest
    ports: Ports
    now: datetime
    entry_id: str

    @property
    def today(self) -> date:
        """Return the day of the answer at the site."""
        return self.service.calendar.day_of(self.now)

    @property
    def server(self) -> str | None:
        """Return the request's FHIR server in one spelling; None if it names none.

        EHRs write one server with and without a slash at the end, or in capitals.
        """
        address = self.request.fhir_server
        try:
            return parse_base(address).url if address else None
        except ValueError:
            return NOT_LISTED

    @property
    def person(self) -> Person:
        """Return the patient, by what the call alone says."""
        request = self.request
        servers = (request.fhir_server, *self.ports.aliases)
        bases = bases_of_call(servers, request.context.draft_orders, request.prefetch)
        return Person(request.context.patient_id, bases)

    @property
    def signed_digest(self) -> str:
        """Return the digest of the orders being signed; at a discharge, the stay."""
        context = self.request.context
        if context.CARRIES_ORDERS:
            return context.drafts_digest
        return f"Encounter/{context.encounter_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOrders:
    """The orders being signed, as far as they are ours.

    Attributes:
        augmentation: all orders for a kyphoplasty or vertebroplasty, as one.
        support_orders: for braces, bed rest and care.
    """

    person: Person
    drafts: DraftOrders
    augmentation: AugmentationOrder | None
    support_orders: tuple[SupportOrder, ...]

    def needs_record(self, policy: Policy) -> bool:
        """Tell if the record has to be read."""
        return self.augmentation is not None or self.has_brace_to_judge(policy)

    def has_brace_to_judge(self, policy: Policy) -> bool:
        """Tell if a brace or bed rest is signed, and the site wants a card for it."""
        has_brace = any(
            order.kind in ("brace", "bed-rest") for order in self.support_orders
        )
        return has_brace and policy.brace.only_days > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The orders being signed, with the record.

    Attributes:
        support: all support orders, signed or on record.
    """

    orders: SignedOrders
    record: PatientRecord
    support: SupportOrders


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case, and the near misses that were found with it.

    Attributes:
        encounter: the stay that new orders name; None without one, or if the record
            says that it is another patient's.
    """

    case: Case
    near_misses: tuple[NearMiss, ...]
    encounter: str | None = None
