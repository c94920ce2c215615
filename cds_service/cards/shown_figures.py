"""Find the figures that cards say in words.

The log keeps them, so that the recall of a model finds the answers that showed it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cds_service.cards.answer import Answer
from cds_service.cards.grounds import topic_of
from cds_service.cards.risk import study_lines
from cds_service.protocol.messages import Card


class ShownFigure(NamedTuple):
    """One figure that a card says.

    Attributes:
        digest: digest of the model's numbers.
        words: those on the card, `about 1 in 6`.
    """

    model: str
    version: str
    digest: str
    words: str


def shown_figures(answer: Answer, cards: Sequence[Card]) -> tuple[ShownFigure, ...]:
    """Find the figures that these cards say, not those that were only computed."""
    detail = next(
        (card.detail for card in cards if topic_of(card) == "rehabilitation"), None
    )
    return tuple(_figures(answer, detail)) if detail else ()


def _figures(answer: Answer, detail: str) -> Iterator[ShownFigure]:
    pooled, risk_words = answer.assessment.pooled, answer.risk_words
    is_closed = answer.closures.closes_risk()
    if pooled is not None and risk_words is not None and not is_closed:
        study = pooled.model.study
        yield ShownFigure(
            study.id, study.version, study.digest, answer.translated(risk_words.words)
        )
    lines = zip(answer.assessment.study_lines, study_lines(answer), strict=False)
    for line, (_, text) in lines:
        # A card that would be too long leaves a line out.
        if answer.translated(text) in detail:
            line_study = line.result.model.study
            yield ShownFigure(
                line_study.id,
                line_study.version,
                line_study.digest,
                answer.translated(line.words),
            )
