"""A report of these weeks that calls another vertebra newly broken than is treated."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import imaging, reassuring_record


def summary_of(words):
    body = order_sign(reassuring_record(imaging(words)), kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "New T11 compression fracture",
        "There is a new fracture of T11.",
        "Acute fractures of T11 and L1.",
        "Frische Fraktur von BWK 11.",
        "Fracture récente de T11.",
        "Fractura aguda de D11.",
        "Frattura recente T11.",
        "Nieuwe fractuur Th11.",
        "T11新鮮骨折",
        "T11新鲜骨折",
    ],
)
def test_it_is_named(words):
    assert summary_of(words).startswith("Recent fracture of T11 in a report")


@pytest.mark.parametrize(
    "words",
    [
        "Acute compression fracture L1. Old fracture T8.",
        "Acute L1 fracture, chronic T11 fracture.",
        "No new fracture of T11. Acute fracture L1.",
        "Frische Deckplattenimpressionsfraktur LWK 1. Alte Fraktur BWK 8.",
        "Acute fracture of the L1 vertebra, T12 normal.",
        "Fresh L1 fracture. Haemangioma L3.",
    ],
)
def test_another_vertebra_that_is_old_or_whole_is_not(words):
    assert "in a report" not in summary_of(words)
