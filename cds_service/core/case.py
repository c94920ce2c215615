"""A case, and the conclusion from it.

A case is the record of one patient as read, with the models, rules and overrides that
judge it. The conclusion is all that a card may say.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cds_service.core.acts.recommendations import Recommendation, recommend
from cds_service.core.acts.rule_file import Rule
from cds_service.core.drugs.drug_states import DrugState, find_drug_state
from cds_service.core.earlier_cards.closures import (
    NOTHING_CLOSED,
    UNKNOWN_FRACTURE,
    Closures,
    Fracture,
)
from cds_service.core.facts.card_words import words_of_facts
from cds_service.core.facts.chart_facts import ChartFacts, rank_facts
from cds_service.core.facts.fact_file import FactFile
from cds_service.core.facts.leaving import (
    Leaving,
    leaving_sentence,
    short_leaving_sentence,
    start_phrase,
)
from cds_service.core.facts.signals import find_signals
from cds_service.core.facts.situation import Signal, Situation
from cds_service.core.findings import Findings, RecordState
from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.pooled import PooledModel
from cds_service.core.models.pooled_study import PooledStudy
from cds_service.core.models.prediction import LogisticModel
from cds_service.core.models.study import Study
from cds_service.core.orders import AugmentationOrder, SupportOrders
from cds_service.core.risk.assessment import Assessment, assess
from cds_service.core.site_values.policy import Policy
from cds_service.core.words.wording import Wording

NO_SUPPORT = SupportOrders()
# By the signal of a discharge: the kind of order that is no longer needed.
SETTLED = {
    "bone-treatment-settled": "bone-treatment",
    "rehabilitation-booked": "rehabilitation",
    "biopsy-sent": "biopsy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The studies, models and policy by which every case is judged.

    Attributes:
        studies: every single study, by id.
        models: the logistic studies with their tables, by id.
        pooled: the model whose refracture figure is said; the studies add to it.
        digests: the sha256 of each part (studies, core, mappings, hooks, policy, model
            cards), and the version.
    """

    studies: Mapping[str, Study]
    models: Mapping[str, LogisticModel]
    pooled: PooledModel
    policy: Policy
    wording: Wording
    digests: Mapping[str, str]

    @property
    def studies_in_force(self) -> tuple[LogisticStudy | PooledStudy, ...]:
        """List the pooled model's file and the studies that compute a figure."""
        return (self.pooled.study, *(model.study for model in self.models.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The questions to a case: the facts and rules of a folder of `hooks/`.

    Attributes:
        signals: names of the signals that are looked for; None for all.
    """

    facts: tuple[FactFile, ...]
    rules: tuple[Rule, ...] = ()
    signals: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The record of one patient as read, with everything that judges it.

    Attributes:
        order: None if the answer is to a brace or bed rest after an augmentation.
        record_state: the parts of the record that were read, and those that were not.
        support: orders of braces, bed rest, referrals and measurements, without those
            that an override closed.
        fracture: the one that is treated now, as far as it is known.
        closures: the parts of a card that earlier overrides close.
        leaving: of a patient who is discharged, the record of the time after the
            procedure; else None.
        contents: a digest of what each entry behind a grave finding says, by its
            reference: a changed one opens the fact again.
        told_lately: references of the diagnoses and reports of the last months that
            name a cause, a deficit or an unstable spine, in doubt or not.
        reported_levels: vertebrae that a report calls freshly broken, all at once.
        today: the day of the answer; nothing later counts.
    """

    in_force: InForce
    questions: Questions
    order: AugmentationOrder | None
    record_state: RecordState
    findings: Findings
    support: SupportOrders = NO_SUPPORT
    fracture: Fracture = UNKNOWN_FRACTURE
    closures: Closures = NOTHING_CLOSED
    leaving: Leaving | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    told_lately: frozenset[str] = frozenset()
    reported_levels: frozenset[str] = frozenset()
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The conclusion from a case: figures, signals, facts and acts."""

    case: Case
    assessment: Assessment
    signals: tuple[Signal, ...]
    facts: ChartFacts
    recommendations: tuple[Recommendation, ...]

    @property
    def drug_state(self) -> DrugState:
        return find_drug_state(self.case.findings, self.case.today)


def conclude(case: Case) -> Conclusion:
    """Find the figures, signals, facts and acts; the same case gives the same."""
    situation = _situation(case)
    signals = find_signals(situation, case.questions.signals)
    return _conclusion(case, situation, signals)


def conclude_again(case: Case, names: Collection[str]) -> Conclusion:
    """Conclude from an audit entry, which keeps only signal names.

    Args:
        names: the signals that held then.
    """
    kept_signals = tuple(Signal(name=name) for name in names)
    return _conclusion(case, _situation(case), kept_signals)


def assess_case(case: Case) -> Assessment:
    """Assess both outcomes by what is in force."""
    return assess(
        case.findings,
        case.record_state,
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
        lists_not_read=case.record_state.lists_not_read,
        lists_cut=frozenset({*case.record_state.unread, *case.record_state.incomplete}),
        leaving=case.leaving,
        contents=case.contents,
        told_lately=case.told_lately,
        reported_levels=case.reported_levels,
    )


def _conclusion(
    case: Case,
    situation: Situation,
    signals: tuple[Signal, ...],
) -> Conclusion:
    names = {signal.name for signal in signals}
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
        _ordered_kinds(case, names),
        common=words,
        closures=case.closures,
        no_training=_no_training(case.questions.rules),
    )
    # An act that a graver fact asks for again is recommended again, whatever closed it.
    closures = case.closures.without_acts(facts.open_acts)
    acts = recommend(situation, signals, facts, case.questions.rules, closures)
    return Conclusion(
        case=case,
        assessment=situation.assessment,
        signals=signals,
        facts=facts,
        recommendations=acts,
    )


def _ordered_kinds(case: Case, signals: Collection[str]) -> frozenset[str]:
    """Name the kinds of order that count for this fracture, or are not needed."""
    kinds = {order.kind for order in case.support.orders}
    counted = {kind for kind in kinds if case.support.counted(kind)}
    settled = {kind for signal, kind in SETTLED.items() if signal in signals}
    return frozenset(counted | settled)


def _no_training(rules: Sequence[Rule]) -> frozenset[str]:
    """Name the facts and signals under which rehabilitation is not offered."""
    return frozenset(
        name
        for rule in rules
        if rule.order_kind == "rehabilitation"
        for name in rule.unless_signal
    )
