"""At most three cards, the most important first."""

from __future__ import annotations

from cds_service.cards.answer import Answer
from cds_service.cards.brace_limit import brace_limit_card
from cds_service.cards.missing_data import missing_data_card
from cds_service.cards.rehabilitation import rehabilitation_card
from cds_service.protocol.messages import Card


def build_cards(answer: Answer) -> tuple[Card, ...]:
    """All cards of an augmentation order; for a later brace or bed-rest order the brace card alone.

    Warnings come first, since clients need not keep our order but many do.
    """
    if answer.order is None:
        cards = [brace_limit_card(answer)]
    elif answer.has("end-of-life"):
        cards = [rehabilitation_card(answer)]
    else:
        cards = [rehabilitation_card(answer), brace_limit_card(answer), missing_data_card(answer)]
    return tuple(sorted((card for card in cards if card is not None), key=lambda card: card.indicator != "warning"))
