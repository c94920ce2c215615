"""The third card: which acts would allow a figure, where there are several; one alone stands on the first card."""

from __future__ import annotations

from cds_service.cards.answer import Answer, make_card
from cds_service.cards.figures import capital
from cds_service.protocol.messages import Card


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
