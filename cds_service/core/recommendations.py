"""Rule files x signals x assessment -> recommendations, in the order a surgeon should read them.

The vocabulary of `when` is closed: no expressions. When a rule does not fit, add a signal (`core/signals.py`).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from cds_service.core.assessment import Assessment
from cds_service.core.bracing import Correction
from cds_service.core.data_file import DataTable
from cds_service.core.facts import Findings, SupportOrder, SupportOrders
from cds_service.core.policy import Policy
from cds_service.core.signals import Signal
from cds_service.core.wording import Wording, capital, join_words, say_date, say_month

MOST_REASONS = 2  # on a card; all stand in the audit entry

Topic = Literal["rehabilitation", "braceLimit", "missingData"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A rule that fired.

    Attributes:
        summary: short form for the card's summary; empty where it need not be said there.
        brief: the shortest form for the summary.
        leads: the summary begins with it.
        label: the suggestion's label, starts with a verb; empty when nothing is offered.
        order: name of the order template in `hooks/<service>/orders/`, None when nothing is offered.
        recommended: whether the suggestion is pre-selected (`isRecommended`).
        already: orders or drafts that do it already; then nothing is offered.
        not_counted: orders that did it before this fracture: named, and offered again.
        corrections: of brace orders: the end and review that each would get.
        gain: for a measurement: share of a model's information it would add, 0..1.
        values: words for the placeholders of the text and of the order template.
    """

    rule: "Rule"
    text: str
    summary: str
    brief: str
    leads: bool
    label: str
    order: str | None
    recommended: bool
    already: tuple[SupportOrder, ...]
    not_counted: tuple[SupportOrder, ...] = ()
    because: tuple[Signal, ...]
    corrections: tuple[Correction, ...]
    gain: float
    values: Mapping[str, str]


class When(DataTable):
    """What makes a rule fire; several keys are alternatives."""

    always: bool = False
    any_signal: tuple[str, ...] = ()
    gap_any: tuple[str, ...] = ()


class Ask(DataTable):
    """One measure of an act that asks for several; what is on record and still good is not asked for again.

    Attributes:
        words: what the card calls it.
        supplies: the input of the models that it could give.
        unless_signal: while it holds, the measure decides nothing.
    """

    finding: str
    words: str
    supplies: str
    unless_signal: str = ""

    def is_open(self, findings: Findings, signals: Collection[str]) -> bool:
        """Whether measuring it would help: it is not there, or too old or doubtful to reassure."""
        known, gap = findings.known.get(self.finding), findings.gaps.get(self.finding)
        is_wanted = not known.may_reassure if known else gap is not None and gap.reason != "not-read"
        return is_wanted and self.unless_signal not in signals


class SignalText(DataTable):
    """A text for a signal, or for the first that holds of several; without a signal it is the default.

    Attributes:
        say: the card's line; `{text}` in it is the rule's own text, which is also said where this is empty.
        summary: its short form for the card's summary; empty where the summary need not say it.
        brief: a shorter form yet, for a summary that has a figure to carry as well.
        leads: the fact is graver than any figure: the summary begins with it.
        label: of the suggestion, instead of the rule's own.
    """

    signal: str | tuple[str, ...] = ()
    say: str = "{text}"
    summary: str = ""
    brief: str = ""
    leads: bool = False
    label: str = ""

    @property
    def signals(self) -> tuple[str, ...]:
        """The signals it is for; none for the default."""
        return (self.signal,) if isinstance(self.signal, str) else self.signal

    def line(self, text: str) -> str:
        """The card's line, with the rule's own text in its place."""
        return self.say.replace("{text}", text)


class Rule(DataTable):
    """One file of `hooks/<service>/recommendations/`.

    Attributes:
        text: the card's line, or what `texts` have in common.
        texts: the first whose signal is there is taken.
        short: the referral in a summary's list ("Not ordered: rehabilitation").
        summary: of a measurement: what would be measured; of a rule with one text: its short form for the summary.
        supplies: inputs of the models that a measurement could give; the act with the greatest gain leads.
        asks: of an act that asks for several measures, each of them.
        order_kind: the kind of support order that does the same already.
        order_in_card: where the EHR does not carry what the order says, the card does.
        corrects: the rule offers a corrected brace order instead of a new one.
        recommended_if: signals of which one must hold for the suggestion to be pre-selected; none: it always may be.
        recommended_unless: signals under which the suggestion is offered and not pre-selected.
        owner: the role that answers for it.
        approved: when the owner last did.
        review_by: when somebody has to look at it again.
    """

    id: str
    topic: Topic
    heading: str
    when: When
    unless_signal: tuple[str, ...] = ()
    unless_rule: tuple[str, ...] = ()
    text: str = ""
    texts: tuple[SignalText, ...] = ()
    short: str = ""
    summary: str = ""
    label: str = ""
    order: str | None = None
    order_kind: str = ""
    order_in_card: bool = False
    corrects: bool = False
    recommended: bool = False
    recommended_if: tuple[str, ...] = ()
    recommended_unless: tuple[str, ...] = ()
    supplies: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    guidelines: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    owner: str
    approved: date
    review_by: date

    rank: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _is_whole(self) -> "Rule":
        if not self.text and not all(one.say and "{text}" not in one.say for one in self.texts or [SignalText()]):
            raise ValueError("a rule needs a text, or texts that say everything themselves")
        if self.order and not (self.label and self.order_kind):
            raise ValueError("a rule with an order needs label and order-kind")
        return self


def recommend(
    assessment: Assessment,
    findings: Findings,
    signals: Sequence[Signal],
    support: SupportOrders,
    rules: Sequence[Rule],
    values: Mapping[str, str],
) -> tuple[Recommendation, ...]:
    """The rules that fire, by rank; measurements among themselves by what they would add, most first.

    Args:
        values: words for placeholders that every rule may use (weeks, T-score, dates).
    """
    by_name = {signal.name: signal for signal in signals}
    fired: list[Recommendation] = []
    for rule in sorted(rules, key=lambda rule: rule.rank):
        because = _reasons(rule, by_name, findings)
        if because is None or {earlier.rule.id for earlier in fired} & set(rule.unless_rule):
            continue
        asked = [one for one in rule.asks if one.is_open(findings, by_name)]
        supplies = {*rule.supplies} - {one.supplies for one in rule.asks} | {one.supplies for one in asked}
        gain = assessment.gain_of(supplies)
        if rule.supplies and gain <= 0:
            continue
        measures = join_words(one.words for one in asked) if asked else ""
        words = {**values, "asked": measures, "Asked": capital(measures)}
        fired.append(_recommendation(rule, because, by_name, support, gain, words))
    # Measurements last; among them first what costs little (pre-selected), then what would add most.
    return tuple(sorted(fired, key=lambda it: (it.gain > 0, it.gain > 0 and not it.recommended, -it.gain)))


def _reasons(rule: Rule, signals: Mapping[str, Signal], findings: Findings) -> tuple[Signal, ...] | None:
    """The signals that make the rule fire, or None when it does not fire."""
    if any(name in signals for name in rule.unless_signal):
        return None
    because = tuple(signals[name] for name in rule.when.any_signal if name in signals)
    # What could not be read may be there already: no act asks for it again.
    is_gap = any(name in findings.gaps and findings.gaps[name].reason != "not-read" for name in rule.when.gap_any)
    return because if because or rule.when.always or is_gap else None


def _recommendation(
    rule: Rule,
    because: tuple[Signal, ...],
    signals: Mapping[str, Signal],
    support: SupportOrders,
    gain: float,
    values: Mapping[str, str],
) -> Recommendation:
    said, chosen = _text(rule, signals)
    because = because if chosen is None or chosen in because else (*because, chosen)
    already = support.counted(rule.order_kind) if rule.order_kind else ()
    not_counted = support.not_counted(rule.order_kind) if rule.order_kind else ()
    corrections = _corrections(because) if rule.corrects else ()
    is_offered = (bool(rule.order) and not already) or any(one.order.draft for one in corrections)
    reasons = dict.fromkeys(one.because.partition(" (")[0] for one in because if one.because)
    reason = ", ".join(list(reasons)[:MOST_REASONS])  # in one line, without their parts in brackets
    fact = chosen.because if chosen is not None else reason
    words = {**values, "because": reason, "fact": fact, "Fact": capital(fact)}
    if corrections:
        words["end"] = say_date(corrections[0].end)
        words["title"] = " and ".join(one.order.title for one in corrections)
    return Recommendation(
        rule=rule,
        text=said.line(rule.text).format_map(words),
        summary=said.summary.format_map(words),
        brief=(said.brief or said.summary).format_map({**words, "t": ""}),
        leads=said.leads,
        label=(said.label or rule.label).format_map(words) if is_offered else "",
        order=rule.order if is_offered else None,
        recommended=rule.recommended
        and (not rule.recommended_if or any(name in signals for name in rule.recommended_if))
        and not any(name in signals for name in rule.recommended_unless),
        already=already,
        not_counted=not_counted,
        because=because,
        corrections=corrections,
        gain=gain,
        values=words,
    )


def say_not_counted(order: SupportOrder) -> str:
    """An order of before this fracture, in words: `FLS order of May 2019`."""
    day = order.authored or order.start
    return f"{order.name} order of {say_month(day)}" if day else f"{order.name} order without a date"


def _corrections(because: Sequence[Signal]) -> tuple[Correction, ...]:
    """The corrections of all braces that the rule is about, each order once."""
    braces = (one for signal in because for one in signal.braces if one.correction)
    return tuple({one.correction.order.reference: one.correction for one in braces if one.correction}.values())


def _text(rule: Rule, signals: Mapping[str, Signal]) -> tuple[SignalText, Signal | None]:
    """The first text whose signal holds, with that signal; of a rule without texts its only one."""
    if not rule.texts:
        return SignalText(summary=rule.summary), None
    for option in rule.texts:
        chosen = next((signals[name] for name in option.signals if name in signals), None)
        if chosen is not None or not option.signals:
            return option, chosen
    raise ValueError(f"rule {rule.id}: no text fits the signals")


# --- the words that every rule may use: limits of the site, the T-score, bone treatment so far ------------------------


def words_of_rules(findings: Findings, policy: Policy, wording: Wording, today: date) -> dict[str, str]:
    """Words that every rule may use in its texts; a T-score older than fresh is never said without its year."""
    t_score, fresh_days = findings.known.get("bmd-t-score"), wording.specs["bmd-t-score"].fresh_days
    said, day = (wording.value(t_score), t_score.observed) if t_score else ("", None)
    is_old = day is not None and fresh_days is not None and (today - day).days > fresh_days
    when = f" in {day.year}" if day and is_old else ""
    return {
        "review_weeks": str(policy.brace.review_weeks),
        "max_weeks": str(policy.brace.max_weeks),
        "bed_rest_hours": str(policy.bed_rest.max_hours),
        "t": f" (T {said}{when})" if t_score else "",
        "score": f" ({said})" if t_score else "",
        **say_bone_drug(findings),
    }


def say_bone_drug(findings: Findings) -> dict[str, str]:
    """Bone treatment so far: `drug` for a summary, `listed` with what was read for a detail."""
    known = findings.known.get("bone-drug")
    if known is not None and known.value is True:
        on = f"on {known.label or 'a bone drug'}"
        return {"drug": on, "listed": on}
    if known is not None:
        count = re.search(r"\d+", known.provenance[0].resource)
        entries = "entry" if count and count[0] == "1" else "entries"
        read = f" in {count[0]} medication {entries}" if count else ""
        return {"drug": "no bone drug on record", "listed": f"no bone drug{read}"}
    gap = findings.gaps["bone-drug"]
    said = "bone drugs not known"
    if gap.reason == "not-read":
        said = "medication list not read"
    elif gap.detail.endswith("empty"):
        said = "medication list empty"
    return {"drug": said, "listed": said if said != "bone drugs not known" else f"{said} ({gap.detail})"}
