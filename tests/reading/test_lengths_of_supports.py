"""A day with a number is a point in time, and short forms of units are units."""

import pytest

from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.order_builders import bundle, signing, terminology, worded

WEEK, MONTH = 168, 730.5


def hours_of(words):
    orders = signing(bundle(worded(words)))
    return [
        one.worded.hours for one in find_draft_support_orders(orders, terminology())
    ]


@pytest.mark.parametrize(
    "words",
    [
        "术后第1天起佩戴胸腰支具",
        "术后第2天起佩戴胸腰支具",
        "术后第3天佩戴胸腰支具下床",
        "第2天佩戴胸腰支具下床",
        "第1周佩戴胸腰支具",
        "术后卧床第1天",
        "術後第2日よりコルセット装着",
        "수술 후 2일차부터 TLSO 착용",
        "TLSO from post-op day 1",
        "Korsett ab dem 1. Tag postoperativ",
        "Corset dès le 2e jour postopératoire",
        "Busto dal 1° giorno postoperatorio",
        "Corsé desde el día 2 postoperatorio",
        "Korset vanaf dag 2 postoperatief",
        "Gorset od 2. doby po zabiegu",
    ],
)
def test_a_numbered_day_is_no_length(words):
    assert set(hours_of(words)) <= {None}


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("胸腰支具佩戴3天", 72),
        ("卧床1天", 24),
        ("胸腰支具佩戴8周", 8 * WEEK),
        ("腰围支具保护下活动6周", 6 * WEEK),
        ("Dreipunktkorsett 3 Mt.", 3 * MONTH),
        ("Dreipunktkorsett 3 Mte.", 3 * MONTH),
        ("Dreipunktkorsett 3 Mon.", 3 * MONTH),
        ("Korsett für 2 Mt. tagsüber", 2 * MONTH),
        ("Korsett 12 Wchn.", 12 * WEEK),
        ("Korsett 3 Mt. beim Sitzen und Gehen", 3 * MONTH),
        ("Korsett 3 Monate beim Stehen und Gehen", 3 * MONTH),
        ("Mieder 6 Wchn", 6 * WEEK),
        ("Korsett 6 Wo.", 6 * WEEK),
        ("Dreipunktkorsett 3 Monate", 3 * MONTH),
        ("Stützmieder, 6-wöchige Tragezeit", 6 * WEEK),
        ("Stützmieder 6-wöchig", 6 * WEEK),
        ("Korsett, sechswöchig", 6 * WEEK),
        ("Korsett für 12-wöchige Dauer", 12 * WEEK),
        ("3-monatige Tragezeit, Korsett", 3 * MONTH),
        ("dreimonatige Tragedauer Korsett", 3 * MONTH),
        ("24-stündige Bettruhe", 24),
        ("Bettruhe 48-stündig", 48),
        ("Korset, 6-weekse draagtijd", 6 * WEEK),
    ],
)
def test_a_length_in_short_forms_is_one(words, hours):
    assert hours_of(words) == [hours]


@pytest.mark.parametrize(
    "words",
    [
        "Korsett, 2-wöchige Kontrolle",
        "Korsett, 6-wöchiger Kontrolltermin",
        "Korsett nach 6-wöchiger Behandlung",
        "Korsett bei 3-wöchiger Schmerzanamnese",
        "Korsett seit 6-wöchiger Tragezeit",
        "Korsett, nach 6-wöchiger Tragedauer abtrainieren",
        "Mieder, zweiwöchentliche Kontrolle",
        "Korset, 6-weekse controle",
    ],
)
def test_an_adjective_of_time_for_something_else_is_no_length(words):
    assert set(hours_of(words)) <= {None}
