"""What the steps before the cards found, in one place for those that say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cds_service.cards.texts import CardTexts, shortened
from cds_service.core.assessment import Assessment
from cds_service.core.closures import UNKNOWN_FRACTURE, Closures, Fracture
from cds_service.core.facts import AugmentationOrder, Findings, RecordState, SupportOrders
from cds_service.core.policy import Policy
from cds_service.core.recommendations import Recommendation
from cds_service.core.signals import Signal
from cds_service.core.wording import Wording, say_date
from cds_service.protocol.messages import Card, Link, Source, Suggestion
from cds_service.protocol.signing import Signing


class Option(NamedTuple):
    """A recommendation as a layout names its parts.

    Attributes:
        already: `already ordered 3 May 2026`; empty when it is not.
    """

    heading: str
    text: str
    already: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The results of steps 1 to 5; without those on orders, figures alone are said of it (replay, populations).

    Attributes:
        order: None when a brace or bed-rest order after an augmentation is answered.
        suggestions: by rule id.
        fracture: that is treated now, as far as it is known.
        closures: what earlier overrides close.
        order_words: by rule id, what orders say that the EHR does not carry.
        base_url: where this service's own pages are, without a slash at the end.
        basis_url: the page of this very answer; empty where there is none.
    """

    signing: Signing = field(default_factory=Signing)
    base_url: str = ""
    order: AugmentationOrder | None
    record_state: RecordState
    findings: Findings
    support: SupportOrders = field(default_factory=SupportOrders)
    assessment: Assessment
    signals: tuple[Signal, ...] = ()
    fracture: Fracture = UNKNOWN_FRACTURE
    closures: Closures = field(default_factory=Closures)
    recommendations: tuple[Recommendation, ...] = ()
    suggestions: Mapping[str, Suggestion] = field(default_factory=dict)
    order_words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    policy: Policy
    wording: Wording
    texts: CardTexts
    basis_url: str = ""

    def has(self, signal: str) -> bool:
        """Whether this signal holds."""
        return signal in [one.name for one in self.signals]

    def signal(self, name: str) -> Signal:
        """A signal that holds."""
        return next(one for one in self.signals if one.name == name)

    def is_beside_the_point(self) -> bool:
        """No study held such a patient: another cause is open, or denosumab lapsed and the figure would reassure."""
        headline = self.assessment.of("refracture").headline
        is_high = headline is not None and headline.band in ("high", "above")
        return self.has("active-cancer") or (self.has("denosumab-overdue") and not is_high)

    def of_topic(self, topic: str) -> tuple[Recommendation, ...]:
        """The recommendations of one card, in order."""
        return tuple([one for one in self.recommendations if one.rule.topic == topic])

    def open_acts(self) -> tuple[Recommendation, ...]:
        """Measurements that would allow a figure and are not ordered yet, the most telling first."""
        return tuple(one for one in self.of_topic("missingData") if not one.already)

    def single_act(self) -> tuple[Recommendation, ...]:
        """The measurement that the first card carries itself, since there is only one."""
        acts = self.open_acts()
        return acts if len(acts) == 1 else ()

    def of_card(self, topic: str) -> tuple[Recommendation, ...]:
        """The recommendations whose buttons stand on this card."""
        return (*self.of_topic(topic), *(self.single_act() if topic == "rehabilitation" else ()))

    def open_referrals(self) -> tuple[Recommendation, ...]:
        """Referrals that are recommended and not ordered yet."""
        return tuple(one for one in self.of_topic("rehabilitation") if one.order and one.recommended)

    def option_line(self, recommendation: Recommendation) -> Option:
        """A recommendation for a layout."""
        already = ""
        if recommendation.already:
            first = recommendation.already[0]
            day = first.authored or first.start
            already = "already among these orders" if first.draft else "already ordered"
            already += f" {say_date(day)}" if day and not first.draft else ""
        return Option(recommendation.rule.heading, recommendation.text, already)


def make_card(
    answer: Answer,
    topic: str,
    *,
    summary: str,
    detail: str,
    indicator: str,
    extension: dict[str, object] | None = None,
) -> Card:
    """One card with all that cards of this topic have: uuid, topic, override reasons, suggestions, link."""
    rule_ids = [one.rule.id for one in answer.of_card(topic)]
    suggestions = tuple(answer.suggestions[rule_id] for rule_id in rule_ids if rule_id in answer.suggestions)
    heading = answer.texts.raw("headings.order-words")
    words = [line for rule_id in rule_ids for line in answer.order_words.get(rule_id, ())]
    detail = "\n".join([detail, "", f"**{heading}:**", *(f"- {line}" for line in words)]) if words else detail
    # The same request on the same record and day has the same uuid, and no other patient's or signing's card has it.
    uuid = answer.signing.derive_id("card", [topic, summary, detail])
    grounds = _grounds(answer, topic)
    basis = [_link("Why, how sure, what if: the basis", answer.basis_url)] if answer.basis_url else []
    return Card.model_validate(
        {
            "uuid": uuid,
            "summary": shortened(summary),
            "detail": detail or None,  # with no figure and nothing to offer, the summary says it all
            "indicator": indicator,
            "source": Source(
                label="kyphoplasty-cds: advice from five published studies",
                url=grounds[0].url,
                topic=answer.texts.topics[topic],
            ),
            "suggestions": suggestions,
            "selection_behavior": "any" if suggestions else None,
            "override_reasons": answer.texts.reasons[topic],
            "links": (*basis, *grounds),
            "extension": extension,
        }
    )


def _grounds(answer: Answer, topic: str) -> list[Link]:
    """Where the ground of a card stands: the study that speaks, and the guideline lines of what is recommended."""
    headline = answer.assessment.of("refracture").headline
    model = f"{answer.base_url}/models/{headline.model.study.id}" if headline else f"{answer.base_url}/models"
    ids = [one.rule.id for one in answer.of_topic(topic) if one.rule.guidelines]
    pages = [_link("Guidelines, for and against", f"{answer.base_url}/guidelines#{rule_id}") for rule_id in ids[:1]]
    return pages if topic == "braceLimit" and pages else [_link("Study, figures and limits", model), *pages]


def _link(label: str, url: str) -> Link:
    return Link(label=label, url=url, type="absolute")
