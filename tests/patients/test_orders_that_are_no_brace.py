"""A brace that is declined, over or only asked about gets no card of a brace order."""

import pytest

from tests.chart_builders import ask, by_topic, drafted, kyphoplasty, order_sign
from tests.codes import CPT, codeable
from tests.patients.reassuring import quiet_record


def brace_card(code):
    draft = drafted("ServiceRequest", "brace-words", code=code)
    body = order_sign(quiet_record(), kyphoplasty(), draft)
    return by_topic(ask(body)).get("braceLimit")


OVER = {
    "en": ["No TLSO", "TLSO not needed", "Without TLSO", "TLSO stop", "Wean TLSO"],
    "nl": [
        "Geen korset",
        "Korset niet nodig",
        "zonder korset mobiliseren",
        "Korset stoppen",
        "Korset afbouwen",
        "Korset overwegen",
        "Oud korset",
        "Bedrust niet nodig",
        "Patiënt weigert korset",
    ],
    "it": ["Nessun corsetto", "Niente corsetto", "Togliere il corsetto"],
    "de": ["Auf Korsett verzichten", "Korsett absetzen", "Korsett nicht notwendig"],
    "fr": ["Aucun corset", "Corset non nécessaire", "Sevrage du corset"],
    "es": ["Ningún corsé", "Quitar el corsé", "Corsé innecesario"],
    "zh": ["不需要胸腰支具", "胸腰支具停用", "旧胸腰支具", "不必卧床"],
    "ja": ["コルセット中止", "コルセットは必要ない", "ベッド上安静中止"],
}


@pytest.mark.parametrize(
    "title", [one for titles in OVER.values() for one in titles], ids=str
)
def test_no_card_calls_a_declined_brace_ordered(title):
    assert brace_card({"text": title}) is None


@pytest.mark.parametrize(
    "title",
    [
        "TLSO, stop after 12 weeks",
        "Korset 12 weken, daarna stoppen",
        "TLSO to be fitted and worn 12 weeks",
        "Lumbaal korset dragen bij mobiliseren",
        "Corsetto per 12 settimane, togliere a letto",
        "Korsett 12 Wochen, im Bett ablegen",
        "TLSO for old fracture of L1, 80 year old",
    ],
)
def test_an_order_that_says_when_the_brace_ends_is_one(title):
    assert brace_card({"text": title}) is not None


@pytest.mark.parametrize(
    "title",
    [
        "Orthotist consult for TLSO",
        "Evaluation for back brace",
        "TLSO fitting",
        "Does patient need a TLSO?",
        "Orthopädietechnik: Korsett anpassen?",
    ],
)
def test_who_is_asked_about_a_brace_has_ordered_none(title):
    assert brace_card({"text": title}) is None


def test_the_code_of_a_fitting_orders_no_brace():
    assert brace_card(codeable(CPT, "97760") | {"text": "TLSO"}) is None


@pytest.mark.parametrize(
    "title",
    [
        "Orthotics consult: TLSO x 12 weeks",
        "Orthotics consult for TLSO, wear when out of bed",
        "Korsett anpassen und 12 Wochen tragen",
    ],
)
def test_a_brace_that_is_worn_is_one_beside_a_visit_and_nothing_is_selected(title):
    card = brace_card({"text": title})
    assert card["summary"].startswith(("TLSO", "Back brace"))
    offered = card.get("suggestions", [])
    assert not any(one.get("isRecommended") for one in offered)
