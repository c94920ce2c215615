"""What is said of a risk: own step, the usual, or a lower limit."""

import pytest

from cds_service.core.models.pooled import PooledBaseline, PooledFigure
from cds_service.core.risk.risk_words import risk_words_of

BASELINE = PooledBaseline(
    incidence=0.166,
    log_odds=-1.614,
    variance=0.231,
    source="pooled",
    usual="1 in 6",
    horizon="about 2 years",
)


def figure(words, *, is_usual_or_more=False, is_personal=True):
    return PooledFigure(
        risk=0.2,
        log_odds=-1.4,
        is_personal=is_personal,
        words=words,
        usual="1 in 6",
        is_usual_or_more=is_usual_or_more,
        band="not-different",
        relative_error=0.2,
        absolute_error=0.5,
        other_bone=None,
        above_share=0.5,
        bone="t",
        used={},
        held={},
        effects={},
        missing=(),
        baseline=BASELINE,
    )


HIGH = figure("about 1 in 5", is_usual_or_more=True)
USUAL = figure("about 1 in 6", is_usual_or_more=True)
LOW = figure("about 1 in 8")
NONE_OWN = figure("usual 1 in 6", is_personal=False)
MOST = figure("more than 1 in 2", is_usual_or_more=True)


@pytest.mark.parametrize(
    ("given", "at_least", "nothing_open", "words", "in_summary"),
    [
        pytest.param(HIGH, False, False, "about 1 in 5", True, id="own-and-high"),
        pytest.param(USUAL, False, False, "about 1 in 6", True, id="own-as-usual"),
        pytest.param(LOW, False, True, "about 1 in 8", False, id="low-nothing-open"),
        pytest.param(LOW, False, False, "usual 1 in 6", False, id="low-something-open"),
        pytest.param(NONE_OWN, False, True, "usual 1 in 6", False, id="none-own"),
        pytest.param(HIGH, True, True, "at least 1 in 5", False, id="limit"),
        pytest.param(
            LOW, True, True, "at least the usual 1 in 6", False, id="limit-of-low"
        ),
        pytest.param(
            NONE_OWN, True, True, "at least the usual 1 in 6", False, id="limit-of-none"
        ),
        pytest.param(
            USUAL, True, True, "at least the usual 1 in 6", False, id="limit-of-usual"
        ),
        pytest.param(MOST, True, True, "more than 1 in 2", False, id="limit-of-most"),
    ],
)
def test_words_of_a_risk(given, at_least, nothing_open, words, in_summary):
    result = risk_words_of(given, at_least=at_least, nothing_open=nothing_open)
    assert (result.words, result.in_summary) == (words, in_summary)
    assert (result.usual, result.at_least) == ("1 in 6", at_least)
