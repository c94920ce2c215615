"""Make at most two cards: one on the chart, one on braces and bed rest."""

from cds_service.cards.answer import Answer
from cds_service.cards.brace import brace_card
from cds_service.cards.discharge import discharge_card
from cds_service.cards.grounds import ground_of
from cds_service.cards.rehabilitation import rehabilitation_card
from cds_service.protocol.messages import Card


def build_cards(answer: Answer) -> tuple[Card, ...]:
    """Make the cards of an answer, warnings first.

    An augmentation order may have both cards; a later brace or a discharge has one.
    Clients need not keep the order of the cards, but many do.
    """
    if answer.has("deceased"):
        return ()
    possible_cards: list[Card | None] = []
    if answer.case.leaving is not None:
        possible_cards.append(discharge_card(answer))
    else:
        if answer.order is not None:
            possible_cards.append(rehabilitation_card(answer))
        if not answer.has("end-of-life"):
            possible_cards.append(brace_card(answer))
    cards = [
        card
        for card in possible_cards
        if card is not None and not has_feedback(answer, card)
    ]
    return tuple(sorted(cards, key=lambda card: card.indicator != "warning"))


def has_feedback(answer: Answer, card: Card) -> bool:
    """Tell if this signing has feedback on the same card: it is not repeated (E7)."""
    return answer.closures.closes_card(ground_of(answer, card))
