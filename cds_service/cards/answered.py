"""The ground of each card: what it is about, as far as an override can close that."""

from collections.abc import Sequence

from cds_service.cards.answer import Answer
from cds_service.core.closures import CardGround, GroundOrder
from cds_service.protocol.messages import Card

BRACE_CARD = "braceLimit"
ON_BRACE_CARD = ("brace", "bed-rest")


def grounds_of(answer: Answer, cards: Sequence[Card]) -> tuple[CardGround, ...]:
    return tuple(ground_of(answer, topic_of(card)) for card in cards)


def ground_of(answer: Answer, topic: str) -> CardGround:
    if topic != BRACE_CARD:
        leading = answer.facts.leading
        if leading is None:
            return CardGround(topic=topic, act="rehabilitation")
        act = "" if leading.file.only_considered else leading.file.act
        return CardGround(
            topic=topic,
            fact=leading.id,
            key=leading.key,
            is_warning=leading.file.colour == "warning",
            act=act,
        )
    orders = [order for kind in ON_BRACE_CARD for order in answer.support.of_kind(kind)]
    return CardGround(topic=topic, orders=tuple(map(GroundOrder.of, orders)))


def topic_of(card: Card) -> str:
    """Return the code of the card's topic."""
    return card.source.topic.code if card.source.topic else ""
