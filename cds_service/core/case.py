"""A case: what was read of one patient, what judges it, and what follows from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cds_service.core.assessment import Assessment, assess
from cds_service.core.card_words import words_of_facts
from cds_service.core.chart_facts import ChartFacts, FactFile, rank_facts
from cds_service.core.closures import (
    NOTHING_CLOSED,
    UNKNOWN_FRACTURE,
    Closures,
    Fracture,
)
from cds_service.core.drug_states import DrugState, find_drug_state
from cds_service.core.findings import (
    AugmentationOrder,
    Findings,
    RecordState,
    SupportOrders,
)
from cds_service.core.leaving import (
    Leaving,
    leaving_sentence,
    short_leaving_sentence,
    start_phrase,
)
from cds_service.core.policy import Policy
from cds_service.core.pooled import PooledModel
from cds_service.core.pooled_study import PooledStudy
from cds_service.core.prediction import LogisticModel
from cds_service.core.recommendations import Recommendation, Rule, recommend
from cds_service.core.signals import find_signals
from cds_service.core.situation import Signal, Situation
from cds_service.core.study import LogisticStudy, Study
from cds_service.core.wording import Wording

NO_SUPPORT = SupportOrders()
# The kind of order that is no longer needed, by the signal of a discharge.
SETTLED = {
    "bone-treatment-settled": "bone-treatment",
    "rehabilitation-booked": "rehabilitation",
    "biopsy-sent": "biopsy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The studies, models and policy that every case is judged by.

    Attributes:
        pooled: the model whose refracture figure is said; the studies add to it.
        digests: sha256 by part (studies, core, mappings, hooks, policy, model cards)
            and the version.
    """

    studies: Mapping[str, Study]
    models: Mapping[str, LogisticModel]
    pooled: PooledModel
    policy: Policy
    wording: Wording
    digests: Mapping[str, str]

    @property
    def studies_in_force(self) -> tuple[LogisticStudy | PooledStudy, ...]:
        """List the study behind every model that computes a figure."""
        return (self.pooled.study, *(model.study for model in self.models.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The questions to a case: a folder of `hooks/`, or a part of it.

    Attributes:
        signals: names of those that are looked for; None for all.
    """

    facts: tuple[FactFile, ...]
    rules: tuple[Rule, ...] = ()
    signals: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What was read of one patient, up to the day of the answer, and what judges it.

    Attributes:
        order: None if the answer is to a brace or bed rest after an augmentation.
        record: which parts of the record were read, and how well.
        support: the orders for braces, bed rest and care that count.
        fracture: the one that is treated now, as far as it is known.
        closures: what earlier overrides close.
        leaving: for a patient who is discharged: what is known of the time after the
            procedure.
    """

    in_force: InForce
    questions: Questions
    order: AugmentationOrder | None
    record: RecordState
    findings: Findings
    support: SupportOrders = NO_SUPPORT
    fracture: Fracture = UNKNOWN_FRACTURE
    closures: Closures = NOTHING_CLOSED
    leaving: Leaving | None = None
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The conclusions from a case."""

    case: Case
    assessment: Assessment
    signals: tuple[Signal, ...]
    facts: ChartFacts
    recommendations: tuple[Recommendation, ...]

    @property
    def drug_state(self) -> DrugState:
        return find_drug_state(self.case.findings, self.case.today)


def conclude(case: Case) -> Conclusion:
    """Find the figures, signals, facts and acts: the same for the same case."""
    situation = _situation(case)
    signals = find_signals(situation, case.questions.signals)
    return _conclusion(case, situation, signals)


def conclude_kept(case: Case, names: Collection[str]) -> Conclusion:
    """Conclude again from an audit entry, which keeps only the names of signals."""
    kept_signals = tuple(Signal(name=name) for name in names)
    return _conclusion(case, _situation(case), kept_signals)


def assess_case(case: Case) -> Assessment:
    """Assess both outcomes by what is in force."""
    return assess(
        case.findings,
        case.record,
        case.in_force.models,
        case.in_force.pooled,
        case.in_force.studies,
        case.in_force.policy,
    )


def _situation(case: Case) -> Situation:
    return Situation(
        findings=case.findings,
        support=case.support,
        assessment=assess_case(case),
        policy=case.in_force.policy,
        studies=case.in_force.studies,
        wording=case.in_force.wording,
        today=case.today,
        lists_not_read=case.record.lists_not_read,
        lists_cut=frozenset({*case.record.unread, *case.record.incomplete}),
        leaving=case.leaving,
    )


def _conclusion(
    case: Case,
    situation: Situation,
    signals: tuple[Signal, ...],
) -> Conclusion:
    kinds = {order.kind for order in case.support.orders}
    counted_kinds = {kind for kind in kinds if case.support.counted(kind)}
    names = {signal.name for signal in signals}
    settled = {kind for name, kind in SETTLED.items() if name in names}
    words = words_of_facts(case.findings, signals, case.in_force.wording, case.today)
    if case.leaving is not None and case.order is not None:
        words |= {
            "leaving": leaving_sentence(case.order, case.today),
            "leaving_shortly": short_leaving_sentence(case.order),
            "start": start_phrase(names),
        }
    facts = rank_facts(
        case.questions.facts,
        signals,
        counted_kinds | settled,
        common=words,
        closures=case.closures,
        no_training=_no_training(case.questions.rules),
    )
    closures = case.closures.without_acts(facts.open_acts)
    acts = recommend(situation, signals, facts, case.questions.rules, closures)
    return Conclusion(
        case=case,
        assessment=situation.assessment,
        signals=signals,
        facts=facts,
        recommendations=acts,
    )


def _no_training(rules: Sequence[Rule]) -> frozenset[str]:
    """List the facts and signals under which rehabilitation is not offered."""
    names = (
        rule.unless_signal for rule in rules if rule.order_kind == "rehabilitation"
    )
    return frozenset().union(*names)
