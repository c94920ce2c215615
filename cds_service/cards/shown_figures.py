"""Which figures the cards of an answer say, as words: for a recall of a model."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cds_service.cards.answer import Answer
from cds_service.cards.answered import topic_of
from cds_service.cards.risk import study_lines
from cds_service.protocol.messages import Card


class ShownFigure(NamedTuple):
    """One figure that a card says.

    Attributes:
        digest: of the model's numbers.
        words: as the card has them, `about 1 in 6`.
    """

    model: str
    version: str
    digest: str
    words: str


def shown_figures(answer: Answer, cards: Sequence[Card]) -> tuple[ShownFigure, ...]:
    """Find the figures that these cards say; those that were only computed are none."""
    detail = next(
        (one.detail for one in cards if topic_of(one) == "rehabilitation"), None
    )
    return tuple(_figures(answer, detail)) if detail else ()


def _figures(answer: Answer, detail: str) -> Iterator[ShownFigure]:
    pooled, said = answer.assessment.pooled, answer.said
    if pooled is not None and said is not None and not answer.closures.closes_risk():
        study = pooled.model.study
        yield ShownFigure(
            study.id, study.version, study.digest, answer.translated(said.words)
        )
    lines = zip(answer.assessment.study_lines, study_lines(answer), strict=False)
    for line, (_, text) in lines:
        # A card that would be too long leaves a line out.
        if answer.translated(text) in detail:
            own = line.result.model.study
            yield ShownFigure(
                own.id, own.version, own.digest, answer.translated(line.words)
            )
