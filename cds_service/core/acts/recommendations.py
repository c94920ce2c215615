"""Choose the rules that fire for a patient, in reading order.

A rule is one file of `hooks/<service>/recommendations/`. Its conditions are names of
signals, facts and gaps, never expressions: if they do not suffice, add a signal
(`core/facts/signals.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from cds_service.core.acts.rule_file import Ask, Rule, SignalText
from cds_service.core.braces.bracing import Correction
from cds_service.core.earlier_cards.closures import NOTHING_CLOSED, Closures
from cds_service.core.facts.chart_facts import ChartFacts
from cds_service.core.facts.open_signals import OPEN_SIGNALS
from cds_service.core.facts.situation import Signal, Situation
from cds_service.core.findings import Findings
from cds_service.core.orders import SupportOrder, SupportOrders
from cds_service.core.site_values.policy import Policy
from cds_service.core.words.phrases import (
    Sentence,
    WithoutBrackets,
    joined,
    placeholders,
    say,
)
from cds_service.core.words.wording import (
    capital,
    date_text,
    join_words,
    month_text,
    title_text,
)

MOST_REASONS = 2  # on a card; the audit entry has all


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A rule that fired.

    Attributes:
        text: the line on the card.
        label: the suggestion's label, starts with a verb; empty if nothing is
            offered.
        template: name of the order template in `hooks/<service>/orders/`; None if
            no new order is offered, as with a corrected one.
        is_preselected: CDS Hooks' `isRecommended` for the suggestion.
        already: orders or drafts that do it already; then nothing is offered.
        not_counted: orders of the kind that do not count for this fracture: they are
            named, and the act is offered.
        fired_by: the signals that made the rule fire.
        corrections: of brace orders, each with its new end and review.
        gain: of a measurement, the steps of the ladder by which it could move the
            figure.
        values: words for the placeholders of the text and of the order template.
    """

    rule: Rule
    text: str
    label: str
    template: str | None
    is_preselected: bool
    already: tuple[SupportOrder, ...]
    not_counted: tuple[SupportOrder, ...] = ()
    fired_by: tuple[Signal, ...]
    corrections: tuple[Correction, ...]
    gain: int
    values: Mapping[str, str]


def recommend(
    situation: Situation,
    signals: Sequence[Signal],
    facts: ChartFacts,
    rules: Sequence[Rule],
    closures: Closures = NOTHING_CLOSED,
) -> tuple[Recommendation, ...]:
    """Choose the rules that fire, by rank, and the one measurement that adds most.

    Args:
        facts: rules name them, and the one that leads, as they name signals.
        closures: overrides in force. An act that they close is left out; if they close
            its button alone, the act stays.
    """
    findings, limits = situation.findings, words_of_rules(situation.policy)
    by_name = {signal.name: signal for signal in signals}
    by_name |= facts.signals_by_name()
    fired: list[Recommendation] = []
    for rule in sorted(rules, key=lambda rule: rule.rank):
        fired_by = _reasons(rule, by_name, findings)
        if rule.topic != "braceLimit" and closures.closes_act(rule.order_kind):
            continue
        fired_rules = {act.rule.id for act in fired}
        if fired_by is None or not fired_rules.isdisjoint(rule.unless_rule):
            continue
        open_asks = [ask for ask in rule.asks if ask.is_open(findings, by_name)]
        gain = situation.assessment.gain_of(_inputs_supplied(rule, open_asks))
        if rule.supplies and gain <= 0:  # measuring it would move nothing
            continue
        measures = join_words(ask.words for ask in open_asks) if open_asks else ""
        words = {**limits, "asked": measures, "Asked": capital(measures)}
        recommendation = _recommendation(
            rule, fired_by, by_name, situation.support, gain, words
        )
        if closures.closes_button(rule.order_kind):
            recommendation = replace(recommendation, template=None, label="")
        fired.append(recommendation)
    # At most one measurement, as the last act. One that is pre-selected, since it costs
    # little, goes before one that would add more.
    acts = [act for act in fired if not act.rule.supplies]
    open_measures = [act for act in fired if act.rule.supplies and not act.already]
    best = sorted(open_measures, key=lambda act: (not act.is_preselected, -act.gain))
    return (*acts, *best[:1])


def _inputs_supplied(rule: Rule, open_asks: Sequence[Ask]) -> set[str]:
    """Return the inputs that the rule could give, without those of settled measures."""
    asked = {ask.supplies for ask in rule.asks}
    return ({*rule.supplies} - asked) | {ask.supplies for ask in open_asks}


def _reasons(
    rule: Rule, signals: Mapping[str, Signal], findings: Findings
) -> tuple[Signal, ...] | None:
    """Return the signals that make the rule fire; None if it does not fire."""
    if not signals.keys().isdisjoint(rule.unless_signal):
        return None
    fired_by = tuple(signals[name] for name in rule.when.any_signal if name in signals)
    # A finding that could not be read may be there already: it is not asked for.
    is_gap = any(
        name in findings.gaps and findings.gaps[name].reason != "not-read"
        for name in rule.when.gap_any
    )
    is_fired = bool(fired_by) or rule.when.always or is_gap
    return fired_by if is_fired else None


def _recommendation(
    rule: Rule,
    fired_by: tuple[Signal, ...],
    signals: Mapping[str, Signal],
    support: SupportOrders,
    gain: int,
    values: Mapping[str, str],
) -> Recommendation:
    signal_text, signal = _chosen_text(rule, signals)
    if signal is not None and signal not in fired_by:
        fired_by = (*fired_by, signal)
    already = support.counted(rule.order_kind) if rule.order_kind else ()
    not_counted = support.not_counted(rule.order_kind) if rule.order_kind else ()
    corrections = _corrections(fired_by) if rule.corrects else ()
    is_wanted = not already and signals.keys().isdisjoint(rule.not_offered_if)
    has_draft = any(correction.order.is_draft for correction in corrections)
    is_offered = (bool(rule.order) and is_wanted) or has_draft
    words = {**values, **_words_of(fired_by, signal, corrections)}
    label, template = "", None
    if is_offered:
        label, template = _filled(signal_text.label or rule.label, words), rule.order
    may_be_ordered = bool(support.may_count(rule.order_kind))
    is_not_wanted = bool(rule.order) and rule.order_kind in support.not_wanted
    is_open = not (may_be_ordered or is_not_wanted)
    return Recommendation(
        rule=rule,
        text=_filled(signal_text.line(rule.text), words),
        label=label,
        template=template,
        is_preselected=is_open and _is_preselected(rule, signals),
        already=already,
        not_counted=not_counted,
        fired_by=fired_by,
        corrections=corrections,
        gain=gain,
        values=words,
    )


def _words_of(
    fired_by: Sequence[Signal],
    signal: Signal | None,
    corrections: Sequence[Correction],
) -> dict[str, str]:
    """Return the words for the placeholders of a rule's texts.

    Args:
        fired_by: the signals that made the rule fire.
        signal: the one for which its text was chosen; None if any would do.
        corrections: of brace orders.
    """
    reasons = dict.fromkeys(
        WithoutBrackets(one.because) for one in fired_by if one.because
    )
    reason = joined(list(reasons)[:MOST_REASONS])
    fact = signal.because if signal is not None else reason
    words = {"because": reason, "fact": fact, "Fact": capital(fact)}
    if corrections:
        words["end"] = date_text(corrections[0].end)
        titles = [title_text(correction.order.title) for correction in corrections]
        words["title"] = joined(titles, " and ")
    return words


def _is_preselected(rule: Rule, signals: Collection[str]) -> bool:
    """Tell if the suggestion is pre-selected under these signals."""
    if not rule.recommended:
        return False
    if rule.recommended_if and not any(name in signals for name in rule.recommended_if):
        return False
    forbidding = {*OPEN_SIGNALS} - {*rule.recommended_although}
    if not forbidding.isdisjoint(signals):
        return False
    return not any(name in signals for name in rule.recommended_unless)


def _filled(template: str, words: Mapping[str, str]) -> str:
    names = placeholders(template)
    return Sentence(template, {name: words[name] for name in names})


def not_counted_text(order: SupportOrder) -> str:
    """Name an order that does not count: `FLS order of May 2019`."""
    if order.standing.not_now == "later":
        return say("{order} order dated after today", order=order.name)
    day = order.written.day or order.start
    text = say("{order} order without a date", order=order.name)
    if day:
        text = say("{order} order of {month}", order=order.name, month=month_text(day))
    if not order.standing.is_read_whole:
        return say("{order}, not understood", order=text)
    if order.standing.not_now == "elsewhere":
        return say("{order}, of another vertebra", order=text)
    if order.standing.not_now == "far" and order.start:
        return say(
            "{order}, planned for {month}", order=text, month=month_text(order.start)
        )
    if order.standing.not_now == "over":
        text = say("{order}, its dates past", order=text)
    elif order.standing.not_now in ("ward", "unsure"):
        text = _of_stay_text(order, text)
    elif order.standing.not_now == "held":
        text = say("{order}, on hold", order=text)
    elif not order.standing.is_standing:
        text = say("{order}, its status unknown", order=text)
    return text


def _of_stay_text(order: SupportOrder, text: Sentence) -> Sentence:
    if order.standing.not_now == "ward":
        return say("{order}, for this stay", order=text)
    return say("{order}, perhaps only for this stay", order=text)


def _corrections(fired_by: Sequence[Signal]) -> tuple[Correction, ...]:
    """Return the corrections of all braces of these signals, each order once."""
    braces = (brace for signal in fired_by for brace in signal.braces)
    corrections = {
        brace.correction.order.reference: brace.correction
        for brace in braces
        if brace.correction
    }
    return tuple(corrections.values())


def _chosen_text(
    rule: Rule, signals: Mapping[str, Signal]
) -> tuple[SignalText, Signal | None]:
    """Choose the first text whose signal holds, and that signal.

    Raises:
        ValueError: the rule has texts, and none of them fits.
    """
    if not rule.texts:
        return SignalText(), None
    for signal_text in rule.texts:
        signal = next(
            (signals[name] for name in signal_text.signals if name in signals), None
        )
        if signal is not None or not signal_text.signals:
            return signal_text, signal
    raise ValueError(f"rule {rule.id}: no text fits the signals")


def words_of_rules(policy: Policy) -> dict[str, str]:
    """Return the limits of the site, which every rule may use in its texts."""
    return {
        "review_weeks": str(policy.brace.review_weeks),
        "max_weeks": str(policy.brace.max_weeks),
        "bed_rest_hours": str(policy.bed_rest.max_hours),
    }
