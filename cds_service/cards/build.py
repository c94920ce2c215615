"""At most three cards, the most important first; of these, the card on missing measurements."""

from cds_service.cards.answer import Answer, make_card
from cds_service.cards.brace import brace_card
from cds_service.cards.rehabilitation import rehabilitation_card
from cds_service.core.wording import capital
from cds_service.protocol.messages import Card


def build_cards(answer: Answer) -> tuple[Card, ...]:
    """All cards of an augmentation order; for a later brace or bed-rest order the brace card alone.

    Warnings come first, since clients need not keep our order but many do.
    """
    if answer.order is None:
        cards = [brace_card(answer)]
    elif answer.has("end-of-life"):
        cards = [rehabilitation_card(answer)]
    else:
        cards = [rehabilitation_card(answer), brace_card(answer), missing_data_card(answer)]
    return tuple(sorted((card for card in cards if card is not None), key=lambda card: card.indicator != "warning"))


def missing_data_card(answer: Answer) -> Card | None:
    """The card, or None when fewer than two acts before surgery would allow a refracture figure."""
    acts = answer.open_acts()
    if len(acts) < 2:
        return None
    first, second, *_ = (one.summary for one in acts)
    return make_card(
        answer,
        "missingData",
        summary=answer.texts.say("summaries.missingData.two", first=capital(first), second=second),
        detail=answer.texts.render("missing-data", {"options": [answer.option_line(one) for one in acts]}),
        indicator="info",
    )
