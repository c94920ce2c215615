"""Find the ground of each card: the parts of it that an override can close."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from cds_service.cards.answer import Answer
from cds_service.cards.brace import TOPIC as BRACE_TOPIC
from cds_service.cards.not_known import not_known
from cds_service.core.earlier_cards.closures import CardGround, GroundOrder
from cds_service.core.facts.chart_facts import DIGEST_LENGTH
from cds_service.protocol.messages import Card

ON_BRACE_CARD = ("brace", "bed-rest")


def grounds_of(answer: Answer, cards: Sequence[Card]) -> tuple[CardGround, ...]:
    return tuple(ground_of(answer, card) for card in cards)


def ground_of(answer: Answer, card: Card) -> CardGround:
    topic = topic_of(card)
    if topic == BRACE_TOPIC:
        orders = [
            order for kind in ON_BRACE_CARD for order in answer.support.of_kind(kind)
        ]
        # The orders decide all of these words, except why a brace is kept.
        words = [card.indicator, card.summary, card.detail or ""]
        return CardGround(
            topic=topic,
            orders=tuple(map(GroundOrder.of, orders)),
            points=frozenset(map(_digest, words)),
        )
    points = frozenset(map(_digest, _points(answer)))
    leading = answer.facts.leading
    if leading is None:
        return CardGround(topic=topic, act="rehabilitation", points=points)
    act = "" if leading.file.only_considered else leading.file.act
    return CardGround(
        topic=topic,
        fact=leading.id,
        key=leading.key,
        is_warning=leading.file.colour == "warning",
        act=act,
        points=points,
    )


def _points(answer: Answer) -> Iterator[str]:
    """Yield what the card says besides its leading fact, and entries behind gaps.

    Orders are no points: an order that is placed later only shortens the card.
    """
    facts = answer.facts
    if facts.colour == "warning":
        yield facts.colour
    yield from (f"{fact.id} {fact.key}" for fact in facts.ranked if fact.is_open)
    yield from (short for short, _ in facts.warnings_behind())
    if answer.risk_words is not None:
        yield answer.risk_words.words
    yield from not_known(answer)
    for gap in answer.findings.gaps.values():
        for source in gap.provenance:
            yield f"{gap.name} {gap.reason} {source.code or source.resource}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def topic_of(card: Card) -> str:
    """Return the code of the card's topic."""
    return card.source.topic.code if card.source.topic else ""
