"""Fractures in the plural whose vertebrae nobody names: one may be an earlier one."""

import pytest

from tests.chart_builders import kyphoplasty, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, imaging

PLURALS = [
    *("Acute compression fractures.", "Compression fractures of the lumbar spine."),
    *("Akute Frakturen.", "Fractures vertébrales.", "Fracturas vertebrales."),
    *("Fratture vertebrali.", "Wervelfracturen", "新鮮骨折 2椎体", "双椎体骨折"),
    "Acute fractures without retropulsion.",
]
SINGULARS = [
    *("Acute compression fracture of L1.", "No fractures.", "Akute Fraktur L1."),
    "No other fractures. Acute fracture of L1.",
]
READERS = {
    "report": imaging,
    "title": lambda words: problem(
        "M80.08XA", number="g", code=codeable(ICD, "M80.08XA", words)
    ),
}


def is_reassuring(*entries, order=None):
    return (
        "below the usual" in cards_of(*entries, order=order)["rehabilitation"]["detail"]
    )


@pytest.mark.parametrize("place", READERS)
@pytest.mark.parametrize("words", PLURALS)
def test_they_leave_an_earlier_fracture_open(words, place):
    assert not is_reassuring(READERS[place](words))


@pytest.mark.parametrize("words", PLURALS)
def test_so_they_do_as_the_reason_of_the_operation(words):
    order = kyphoplasty(reasonCode=[codeable(ICD, "M80.08XA", words)])
    assert not is_reassuring(order=order)


@pytest.mark.parametrize("words", SINGULARS)
def test_one_fracture_or_none_leaves_nothing_open(words):
    assert is_reassuring(imaging(words))
