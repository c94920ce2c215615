"""Collect the results that the cards of one answer need, and make a card of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from cds_service.cards.texts import SUMMARY_LENGTH, CardTexts, shortened
from cds_service.core.acts.recommendations import Recommendation
from cds_service.core.case import Case, Conclusion
from cds_service.core.earlier_cards.closures import Closures
from cds_service.core.facts.chart_facts import ChartFacts
from cds_service.core.facts.situation import Signal
from cds_service.core.findings import Findings, RecordState
from cds_service.core.handout.handout import HANDOUT_DRAFT
from cds_service.core.orders import AugmentationOrder, SupportOrders
from cds_service.core.risk.assessment import Assessment
from cds_service.core.risk.risk_words import RiskWords, risk_words_of
from cds_service.core.site_values.policy import Policy
from cds_service.core.words.languages import LanguageFile
from cds_service.core.words.phrases import NotTranslated, in_language, say
from cds_service.core.words.wording import Wording
from cds_service.protocol.messages import Card, Coding, Link, Source, Suggestion
from cds_service.protocol.signing import Signing


class Line(NamedTuple):
    """A line of a card's detail, by the names that a layout uses.

    Attributes:
        spare: 0 for a line that stays; the first card leaves out lines of 1, 2 and 3 if
            it would be too long (`rehabilitation.py`).
    """

    heading: str
    text: str
    spare: int = 0


WORKSHEET = say("Enter a measurement: the worksheet")
BASIS = say("Why, how sure, what if: the basis")
HANDOUT = say("Print the patient's page")
LETTER = say("Copy lines for the letter")
LETTER_PLACE = "#letter"  # on the basis page
GUIDELINES = say("Guidelines, for and against")
MODEL = say("Model, figures and limits")
SOURCE = say("kyphoplasty-cds: advice from published studies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A conclusion, with the texts, orders and links that its cards need.

    Replay and populations use the figures alone: their answers have no signing, orders
    or links.

    Attributes:
        suggestions: by rule id; several if a rule corrects several orders.
        order_words: by rule id, the words of orders that the EHR does not carry.
        base_url: where this service's own pages are, without a slash at the end.
        basis_url: the page of this answer; empty if there is none.
        handout_url: the page that this patient takes home; empty if there is none.
        worksheet_url: where the EHR launches the worksheet; empty if it does not.
        language: language of the cards; None for English.
    """

    conclusion: Conclusion
    texts: CardTexts
    signing: Signing = field(default_factory=Signing)
    suggestions: Mapping[str, tuple[Suggestion, ...]] = field(default_factory=dict)
    order_words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    base_url: str = ""
    basis_url: str = ""
    handout_url: str = ""
    worksheet_url: str = ""
    language: LanguageFile | None = None

    def translated(self, text: str) -> str:
        """Return a text in the language of the cards.

        Raises:
            NotTranslated: the language has no words for it.
        """
        return in_language(text, self.language)

    def shortest(self, wordings: Sequence[str]) -> str:
        """Choose the shortest wording; a longer one than a summary is cut later.

        Raises:
            NotTranslated: it would have to be cut, in another language than English.
        """
        wording = min(wordings, key=len)
        if self.language is not None and len(wording) > SUMMARY_LENGTH:
            raise NotTranslated
        return wording

    def fitting(self, wordings: Sequence[str]) -> str:
        """Choose the first wording that fits a summary, else the shortest.

        Raises:
            NotTranslated: none fits, in another language than English.
        """
        short = (wording for wording in wordings if len(wording) <= SUMMARY_LENGTH)
        return next(short, "") or self.shortest(wordings)

    def render(
        self,
        layout: str,
        notices: Iterable[str],
        lines: Iterable[Line],
        name: str = "lines",
    ) -> str:
        """Make the detail of a card in its language.

        Args:
            name: the name by which the layout calls the lines.
        """
        translated = [
            Line(self.translated(line.heading), self.translated(line.text))
            for line in lines
        ]
        context = {"notices": list(map(self.translated, notices)), name: translated}
        return self.texts.render(layout, context)

    @property
    def case(self) -> Case:
        return self.conclusion.case

    @property
    def order(self) -> AugmentationOrder | None:
        return self.case.order

    @property
    def record_state(self) -> RecordState:
        return self.case.record_state

    @property
    def findings(self) -> Findings:
        return self.case.findings

    @property
    def support(self) -> SupportOrders:
        return self.case.support

    @property
    def closures(self) -> Closures:
        return self.case.closures

    @property
    def today(self) -> date:
        return self.case.today

    @property
    def policy(self) -> Policy:
        return self.case.in_force.policy

    @property
    def wording(self) -> Wording:
        return self.case.in_force.wording

    @property
    def assessment(self) -> Assessment:
        return self.conclusion.assessment

    @property
    def signals(self) -> tuple[Signal, ...]:
        return self.conclusion.signals

    @property
    def facts(self) -> ChartFacts:
        return self.conclusion.facts

    @property
    def recommendations(self) -> tuple[Recommendation, ...]:
        return self.conclusion.recommendations

    def has(self, signal: str) -> bool:
        """Tell if this signal holds."""
        return any(held_signal.name == signal for held_signal in self.signals)

    def signal(self, name: str) -> Signal:
        """Return a signal that holds."""
        return next(
            held_signal for held_signal in self.signals if held_signal.name == name
        )

    @property
    def risk_words(self) -> RiskWords | None:
        """Return what is said of the risk; None if no figure is given."""
        pooled = self.assessment.pooled
        if pooled is None or self.facts.forbids_risk:
            return None
        is_open = self.facts.leaves_open or self.assessment.has_open_points()
        return risk_words_of(
            pooled.figure, at_least=self.facts.is_at_least, nothing_open=not is_open
        )

    def of_topic(self, topic: str) -> tuple[Recommendation, ...]:
        """Return the recommendations of one card, in order."""
        return tuple([act for act in self.recommendations if act.rule.topic == topic])

    def buttons(self, topic: str) -> tuple[str, ...]:
        """List the ids of rules that may have a button on a card, then of the page."""
        rules = tuple([act.rule.id for act in self.of_topic(topic)])
        has_draft = self.case.leaving is not None and HANDOUT_DRAFT in self.suggestions
        return (*rules, HANDOUT_DRAFT) if has_draft else rules


def make_card(
    answer: Answer,
    topic: str,
    *,
    summary: str,
    detail: str,
    indicator: str,
    extension: dict[str, object] | None = None,
) -> Card:
    """Make a card, with what all cards have: uuid, source, reasons, buttons, links.

    Args:
        summary: in the language of the cards, as the detail is.
    """
    detail = _with_order_words(answer, topic, detail)
    suggestions = [
        suggestion
        for rule_id in answer.buttons(topic)
        for suggestion in answer.suggestions.get(rule_id, ())
    ]
    reasons = [_translated(answer, reason) for reason in answer.texts.reasons[topic]]
    source_links = _source_links(answer, topic)
    return Card.model_validate(
        {
            # The same request on the same record and day has the same uuid, and no
            # other patient's or signing's card has it.
            "uuid": answer.signing.derive_id("card", [topic, summary, detail]),
            "summary": shortened(summary),
            # With no figure and nothing to offer, the summary says it all.
            "detail": detail or None,
            "indicator": indicator,
            "source": Source(
                label=answer.translated(SOURCE),
                url=source_links[0].url,
                topic=_translated(answer, answer.texts.topics[topic]),
            ),
            "suggestions": tuple(suggestions),
            "selection_behavior": "any" if suggestions else None,
            "override_reasons": tuple(reasons),
            "links": (
                *_basis_links(answer),
                *_leaving_links(answer),
                *_worksheet_links(answer, topic),
                *source_links,
            ),
            "extension": extension,
        }
    )


def _with_order_words(answer: Answer, topic: str, detail: str) -> str:
    """Add to a detail the words of orders that the EHR does not carry."""
    words = [
        line
        for rule_id in answer.buttons(topic)
        for line in answer.order_words.get(rule_id, ())
    ]
    if not words:
        return detail
    heading = answer.translated(answer.texts.raw("headings.order-words"))
    lines = (f"- {line}" for line in words)
    return "\n".join([detail, "", f"**{heading}:**", *lines])


def _translated(answer: Answer, coding: Coding) -> Coding:
    """Return a coding with its display in the language of the cards."""
    display = answer.translated(coding.display) if coding.display else None
    return coding.model_copy(update={"display": display})


def _source_links(answer: Answer, topic: str) -> list[Link]:
    """Link what a card rests on: the model in use, and the guidelines of a rule.

    Only the first card gives a risk. Another has the model as its source if it has no
    guidelines.
    """
    acts = answer.of_topic(topic)
    ids = [act.rule.id for act in acts if act.rule.guidelines]
    guidelines = [
        _link(answer.translated(GUIDELINES), f"{answer.base_url}/guidelines#{rule_id}")
        for rule_id in ids[:1]
    ]
    if guidelines and topic != "rehabilitation":
        return guidelines
    pooled = answer.assessment.pooled
    models = f"{answer.base_url}/models"
    model = f"{models}/{pooled.model.study.id}" if pooled else models
    return [_link(answer.translated(MODEL), model), *guidelines]


def _basis_links(answer: Answer) -> list[Link]:
    if not answer.basis_url:
        return []
    return [_link(answer.translated(BASIS), answer.basis_url)]


def _leaving_links(answer: Answer) -> Iterator[Link]:
    """Link the page for a patient who leaves, and the lines for the next doctor."""
    if answer.case.leaving is None:
        return
    if answer.basis_url:
        yield _link(answer.translated(LETTER), f"{answer.basis_url}{LETTER_PLACE}")
    if answer.handout_url:
        yield _link(answer.translated(HANDOUT), answer.handout_url)


def _worksheet_links(answer: Answer, topic: str) -> list[Link]:
    """Link the worksheet, if the card asks for a measurement."""
    is_asking = any(act.rule.supplies for act in answer.of_topic(topic))
    if not is_asking or not answer.worksheet_url:
        return []
    label = answer.translated(WORKSHEET)
    return [Link(label=label, url=answer.worksheet_url, type="smart")]


def _link(label: str, url: str) -> Link:
    return Link(label=label, url=url, type="absolute")
