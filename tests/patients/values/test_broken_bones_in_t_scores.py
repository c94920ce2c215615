"""A T-score of a region with a broken vertebra says nothing of the bone."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, measured, order_sign
from tests.patients.inpatients import chart, coded


def summary(note):
    score = measured("bmd-t-score", -0.5) | {"note": [{"text": note}]}
    body = order_sign(chart(coded("M80.08XA", days=20), score), kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]["summary"]


@pytest.mark.parametrize(
    "note",
    [
        "L1-L4 incl. fractured vertebra",
        "L1-L4 including fractured level",
        "includes L1 fracture",
        "fractured vertebra not excluded",
        "compression fracture L1 falsely elevates",
        "Frakturierter Wirbel nicht ausgeschlossen",
        "inkl. frakturiertem LWK 1",
        "vertèbre fracturée incluse",
        "incluye vértebra fracturada",
        "inclusa vertebra fratturata",
        "inclusief gebroken wervel",
        "z uwzględnieniem złamanego kręgu",
        "骨折椎体を含む",
        "包括骨折椎体",
        "골절 척추 포함",
    ],
)
def test_it_is_not_used(note):
    assert "T −0.5" not in summary(note)


@pytest.mark.parametrize(
    "note",
    [
        "fractured vertebra excluded",
        "L2-L4, L1 excluded (fracture)",
        "ohne frakturierten Wirbel",
        "mit Vorfraktur",
        "L1-L4",
    ],
)
def test_without_the_broken_one_it_is(note):
    assert "T −0.5" in summary(note)
