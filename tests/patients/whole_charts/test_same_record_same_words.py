"""The same record and day give the same texts, in whichever order an EHR sends the resources."""

import random
from dataclasses import replace

import pytest

from tests.chart_builders import ask, texts_of
from tests.patients.charts import cards_of
from tests.patients.typical import typical_orders

SIGNINGS = list(typical_orders(90, seed=6))


def said(cards):
    return [(card["indicator"], texts_of(card)) for card in cards]


def test_the_same_request_gives_the_same_answer():
    for signing in SIGNINGS[:40]:
        assert ask(signing.request()) == cards_of(signing)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_resources_does_not_matter(seed):
    """A bundle has no order; the sequence of entries is whatever the server's index gave."""
    for signing in SIGNINGS:
        mixed = list(signing.record)
        random.Random(seed).shuffle(mixed)
        assert said(cards_of(replace(signing, record=tuple(mixed)))) == said(
            cards_of(signing)
        )


def test_the_order_of_drafts_does_not_matter():
    for signing in SIGNINGS:
        if len(signing.drafts) > 1:
            turned = replace(signing, drafts=signing.drafts[::-1])
            assert said(cards_of(turned)) == said(cards_of(signing))
