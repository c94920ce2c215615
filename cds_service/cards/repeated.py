"""A card that was answered before and rests on the same: shorter, no warning, and says when and how it was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cds_service.cards.answer import Answer, Option, make_card
from cds_service.cards.not_known import record_notices
from cds_service.cards.rehabilitation import Line, order_notices
from cds_service.cards.risk import risk_lines
from cds_service.core.recommendations import Recommendation
from cds_service.core.repeats import CardFeedback, Repeat, WholeCard
from cds_service.core.wording import say_date
from cds_service.protocol.messages import Card


def whole_cards(answer: Answer, cards: Sequence[Card]) -> tuple[WholeCard, ...]:
    """These cards as far as it matters whether they were answered before."""
    return tuple(
        WholeCard(
            topic=topic,
            rules=frozenset(one.rule.id for one in answer.of_topic(topic)),
            offered=frozenset(one.rule.id for one in answer.of_topic(topic) if one.rule.id in answer.suggestions),
            is_warning=card.indicator == "warning",
        )
        for topic, card in ((topic_of(card), card) for card in cards)
    )


def topic_of(card: Card) -> str:
    """The code of the card's topic."""
    return card.source.topic.code if card.source.topic else ""


def shorten(answer: Answer, cards: Sequence[Card], repeats: Mapping[str, Repeat]) -> tuple[Card, ...]:
    """The cards with those shortened that are repeats, warnings first."""
    said = (
        _short_card(answer, card, repeats[topic]) if (topic := topic_of(card)) in repeats else card for card in cards
    )
    return tuple(sorted(said, key=lambda card: card.indicator != "warning"))


def _short_card(answer: Answer, card: Card, repeat: Repeat) -> Card:
    # What was answered is offered still, but no longer pre-selected.
    suggestions = {
        rule_id: tuple(one.model_copy(update={"is_recommended": False}) for one in offers)
        if rule_id in repeat.by_rule
        else offers
        for rule_id, offers in answer.suggestions.items()
    }
    topic = repeat.topic
    return make_card(
        replace(answer, suggestions=suggestions, order_words={}),
        topic,
        summary=_summary(answer, topic, repeat),
        detail=_detail(answer, topic, repeat),
        indicator="info",
        extension=dict(card.extension) if card.extension else None,
    )


def _summary(answer: Answer, topic: str, repeat: Repeat) -> str:
    texts = answer.texts
    words = {
        "title": texts.raw(f"topics.{topic}"),
        "shown": say_date(repeat.last.shown.date()),
        "how": texts.raw(f"answered.{repeat.last.how}"),
    }
    return texts.say("repeats.unchanged", **words)


def _detail(answer: Answer, topic: str, repeat: Repeat) -> str:
    is_first = topic == "rehabilitation"
    return answer.texts.render(
        "repeated",
        {
            "notices": record_notices(answer) + order_notices(answer) if is_first else (),
            "answered": answer.texts.say(
                "repeats.answered",
                shown=say_date(repeat.last.shown.date()),
                answered=say_date(repeat.last.answered.date()),
                how=answer.texts.raw(f"answered.{repeat.last.how}"),
                until=say_date(repeat.until),
            ),
            "options": [_option(answer, one, repeat.by_rule.get(one.rule.id)) for one in answer.of_topic(topic)],
            "lines": [Line(*one) for one in risk_lines(answer)] if is_first else (),
        },
    )


def _option(answer: Answer, recommendation: Recommendation, given: CardFeedback | None) -> Option:
    """What was answered, by its name alone; what was not, as on the whole card."""
    option = answer.option_line(recommendation)
    if given is None:
        return option
    how = answer.texts.raw(f"answered.{given.how}")
    return option._replace(text=answer.texts.say("repeats.option", how=how, answered=say_date(given.answered.date())))
