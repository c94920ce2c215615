"""At most two cards: on the chart, and on limits of bracing and bed rest."""

from cds_service.cards.answer import Answer
from cds_service.cards.answered import ground_of
from cds_service.cards.brace import brace_card
from cds_service.cards.discharge import discharge_card
from cds_service.cards.rehabilitation import rehabilitation_card
from cds_service.protocol.messages import Card


def build_cards(answer: Answer) -> tuple[Card, ...]:
    """Make the cards of an augmentation order; of a later brace or discharge one alone.

    Warnings come first, since clients need not keep our order but many do.
    """
    if answer.has("deceased"):
        return ()
    if answer.case.leaving is not None:
        leaving = discharge_card(answer)
        if leaving is None or is_answered(answer, leaving):
            return ()
        return (leaving,)
    possible_cards = [] if answer.order is None else [rehabilitation_card(answer)]
    if not answer.has("end-of-life"):
        possible_cards.append(brace_card(answer))
    cards = [
        card
        for card in possible_cards
        if card is not None and not is_answered(answer, card)
    ]
    return tuple(sorted(cards, key=lambda card: card.indicator != "warning"))


def is_answered(answer: Answer, card: Card) -> bool:
    """Tell if the same card was answered in this very signing: nothing twice (E7)."""
    return answer.closures.closes_card(ground_of(answer, card))
