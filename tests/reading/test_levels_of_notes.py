"""A note that names the broken vertebra names the one that is treated."""

import pytest

from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from tests.order_builders import bundle, signing, terminology, worded

NAMED = [
    ("Ballonkyfoplastiek", "Wervel L4", "L4"),
    ("Ballonkyfoplastiek", "wervellichaam Th12", "T12"),
    ("Kyfoplastiek", "inzakking L4", "L4"),
    ("Kyphoplastie", "LWK 3, frische Deckplattenimpression", "L3"),
    ("Kyphoplastie", "Grundplatteneinbruch BWK 12", "T12"),
    ("Kyphoplastie", "LWK 1. Alte Deckplattenimpression LWK 3", "L1"),
    ("경피적 척추성형술", "제1요추 압박골절", "L1"),
    ("경피적 척추성형술", "제12흉추", "T12"),
    ("경피적 척추성형술", "흉추 12번 골절", "T12"),
    ("경피적 척추성형술", "L1 압박골절", "L1"),
]
OPEN = [
    ("Kyfoplastiek", "geen inzakking L4"),
    ("Kyfoplastiek", "oude inzakking L4"),
    ("Kyfoplastiek", "wervel L4 niet behandelen"),
    ("Kyfoplastiek", "wervel L1, pijn L5"),
    ("Kyphoplastie", "Keine Deckplattenimpression LWK 2"),
    ("Kyphoplastie", "Alte Deckplattenimpression LWK 2"),
    ("경피적 척추성형술", "진구성 L3 골절"),
    ("경피적 척추성형술", "과거 제1요추 골절"),
    ("경피적 척추성형술", "제1요추 통증"),
    ("경피적 척추성형술", "제1요추 골절 없음"),
]


def levels_of(title, note):
    orders = signing(bundle(worded(title, note=[{"text": note}])))
    return find_augmentation_order(orders, terminology()).levels.names


@pytest.mark.parametrize(("title", "note", "level"), NAMED)
def test_the_vertebra_of_a_note_is_treated(title, note, level):
    assert levels_of(title, note) == (level,)


@pytest.mark.parametrize(("title", "note"), OPEN)
def test_a_vertebra_that_may_be_another_is_not(title, note):
    assert levels_of(title, note) == ()
