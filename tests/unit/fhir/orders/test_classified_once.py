"""An order is classified once, however many steps ask what it is."""

from collections import Counter

import pytest

from cds_service.fhir.orders import recognition
from tests.builders import condition
from tests.chart_builders import ask, order_sign
from tests.order_builders import brace, cpt, worded

ROOMS = (
    "discharge.performed",
    "injuries.other_injuries",
    "keep_reasons",
    "operations.augmentation",
    "unread.unread_in_augmentation",
    "unread.unread_in_referral",
)


@pytest.fixture
def looks(monkeypatch):
    """How often each draft was classified, or looked at for an augmentation, by id."""
    counted: Counter[str] = Counter()
    recognise, classify = recognition.recognise_augmentation, recognition.classify

    def count(resource, terminology):
        counted[str(resource.get("id"))] += 1
        return recognise(resource, terminology)

    def count_whole(resource, drafts, terminology):
        counted[str(resource.get("id"))] += 1
        return classify(resource, drafts, terminology)

    for room in ROOMS:
        name = f"cds_service.fhir.orders.{room}.recognise_augmentation"
        monkeypatch.setattr(name, count, raising=False)
    monkeypatch.setattr(recognition, "recognise_augmentation", count)
    monkeypatch.setattr(recognition, "classify", count_whole)
    return counted


def test_each_draft_of_a_signing_is_classified_once(looks):
    drafts = [
        cpt("22514", number=1),
        brace(number=2),
        worded("Physical therapy", number=3),
        worded("Complete blood count", number=4),
    ]
    assert ask(order_sign([condition("M80.08XA")], *drafts))
    assert looks == dict.fromkeys(("draft-1", "draft-2", "draft-3", "draft-4"), 1)
