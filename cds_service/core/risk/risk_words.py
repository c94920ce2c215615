"""The risk of another fracture on a card: a step of the ladder, or the usual.

The pooled model gives the figure; facts that it does not count, and what the record
leaves open, decide how much of it may be said (docs/cards.md, E3).
"""

from dataclasses import dataclass

from cds_service.core.findings import Findings
from cds_service.core.models.pooled import PooledFigure
from cds_service.core.words.phrases import say

# Lasting pain has a pooled rate and named factors, no figure (docs/pooled.md).
USUAL_PAIN = "1 in 5"
PAIN_FACTORS = ("fascia-injury", "vacuum-cleft", "sarcopenia")


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskWords:
    """The words for the risk.

    Attributes:
        words: `about 1 in 8`, `at least 1 in 5`, `usual 1 in 6`,
            `at least the usual 1 in 6`.
        usual: the step of the average, `1 in 6`.
        in_summary: may be said in a summary: an own figure that is no lower limit, and
            not under the usual.
        at_least: a fact that the model does not count is on record.
    """

    words: str
    usual: str
    in_summary: bool
    at_least: bool

    @property
    def is_as_usual(self) -> bool:
        """Tell if an own figure is on the step of the average."""
        return self.words == f"about {self.usual}"


def risk_words_of(
    figure: PooledFigure, *, at_least: bool, nothing_open: bool
) -> RiskWords:
    """Choose the words for a figure.

    A figure under the usual is said only if nothing is open and no fact is uncounted;
    otherwise the usual is said in its place.

    Args:
        at_least: a fact that the model does not count is on record.
        nothing_open: every list was read whole and every value that was seen is used.
    """
    is_own_high = figure.is_usual_or_more
    if at_least:
        words = _limit(figure) if is_own_high else _at_least_usual(figure)
    elif is_own_high or not figure.is_personal or nothing_open:
        words = figure.words
    else:
        words = say("usual {step}", step=figure.usual)
    in_summary = is_own_high and not at_least
    return RiskWords(
        words=words, usual=figure.usual, in_summary=in_summary, at_least=at_least
    )


def _limit(figure: PooledFigure) -> str:
    """Turn an own figure at or above the usual into a lower limit."""
    step = figure.words.removeprefix("about ")
    if step == figure.usual:
        return _at_least_usual(figure)
    # "More than 1 in 2" is a lower limit already.
    return step if step.startswith("more") else say("at least {step}", step=step)


def _at_least_usual(figure: PooledFigure) -> str:
    return say("at least the usual {step}", step=figure.usual)


def pain_words(findings: Findings) -> RiskWords:
    """Choose the words for lasting pain: the usual, or more with a named factor."""
    has_factor = any(findings.is_true(name) for name in PAIN_FACTORS)
    form = "at least {step}" if has_factor else "about {step}"
    words = say(form, step=USUAL_PAIN)
    return RiskWords(
        words=words, usual=USUAL_PAIN, in_summary=False, at_least=has_factor
    )
