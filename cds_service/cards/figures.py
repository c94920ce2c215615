"""The risk as the first card says it: coarse words of the pooled model, and a study's line."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cds_service.cards.answer import Answer
from cds_service.core.study_lines import StudyLine
from cds_service.core.wording import capital


class Line(NamedTuple):
    """A heading with its text, as a layout names them.

    Attributes:
        spare: where the card would be too long, 1 is left out first and 2 next, 0 never; a button or the linked page
            has it.
    """

    heading: str
    text: str
    spare: int = 0


def risk_lines(answer: Answer) -> Iterator[Line]:
    """The risk, lasting pain, and the studies that the patient belongs to."""
    said, pain = answer.said, answer.assessment.pain
    if said is None or answer.assessment.pooled is None:
        return
    texts, horizon = answer.texts, answer.assessment.pooled.figure.baseline.horizon
    beside = "" if said.usual in said.words else f" (usual {said.usual})"
    risk = texts.say("lines.risk", words=said.words, horizon=horizon, usual=beside)
    yield Line(texts.raw("headings.risk"), risk)
    if pain is not None:
        yield Line(texts.raw("headings.pain"), pain.words)
    for line in answer.assessment.study_lines:
        heading = f"Study of {line.result.model.study.cohort.n}"
        yield Line(heading, _study_text(answer, line), spare=1)
    yield Line(texts.raw("headings.sure"), texts.raw("lines.sure"))


def _study_text(answer: Answer, line: StudyLine) -> str:
    keeps = " keep pain" if line.result.model.study.outcome == "residual-pain" else ""
    because = ", ".join(
        answer.wording.phrase(one._replace(site="")) for group in line.drivers for one in group
    )
    said = f"{line.words}{keeps} (average {line.average})"
    return f"{said}: {because}" if because else said


def sentences(parts: Iterable[str]) -> str:
    """The parts as sentences of one line, behind a heading: the first begins small."""
    first, *others = [part.rstrip(".") for part in parts if part] or [""]
    return ". ".join((first, *map(capital, others)))
