"""A brace that is declined, over or only asked about gets no card of a brace order."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    drafted,
    kyphoplasty,
    order_sign,
)
from tests.codes import CPT, codeable
from tests.patients.reassuring import quiet_record


def brace_card(code):
    draft = drafted("ServiceRequest", "brace-words", code=code)
    body = order_sign(quiet_record(), kyphoplasty(), draft)
    return by_topic(ask(body)).get("braceLimit")


def bed_rest_card(title):
    """Return the same card: it is about bed rest too."""
    return brace_card({"text": title})


def selected(card):
    return [one for one in card.get("suggestions", []) if one.get("isRecommended")]


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
    assert selected(card) == []


@pytest.mark.parametrize(
    "title",
    [
        "Take off TLSO",
        "Take his TLSO off now",
        "TLSO, patient may remove",
        "Off TLSO",
        "TLSO removed",
        "Doff TLSO",
        "TLSO not necessary",
        "D/C TLSO",
        "Korsett kann abgelegt werden",
        "Retrait du corset",
        "Corsé retirado",
        "Corsetto rimosso",
        "Korset afdoen",
        "コルセットを外す",
        "取下胸腰支具",
        "TLSO 제거",
        "TLSO 중단",
        "Zdjąć TLSO",
        "TLSO zdejmować",
        "Odstawić TLSO",
    ],
)
def test_a_brace_that_is_taken_off_is_not_ordered(title):
    assert brace_card({"text": title}) is None


@pytest.mark.parametrize(
    "title",
    [
        "Remove TLSO at night",
        "TLSO off when supine",
        "TLSO, not needed in bed",
        "TLSO, remove to shower only",
        "TLSO brace off the shelf",
        "Korsett nachts abnehmen",
        "Corset à enlever la nuit",
        "Corsé, quitar para dormir",
        "Corsetto da togliere a letto",
        "Korset 's nachts afdoen",
        "胸腰支具睡觉时取下",
        "TLSO 취침 시 제거",
        "TLSO zdejmować na noc",
    ],
)
def test_a_brace_that_is_off_for_a_while_is_ordered(title):
    assert "no end date" in brace_card({"text": title})["summary"]


@pytest.mark.parametrize(
    "title",
    [
        "XR lumbar spine with TLSO on",
        "CT lumbar spine in TLSO",
        "Skin check under TLSO",
        "Transport in TLSO",
        "Röntgen LWS im Korsett",
        "Radiographie du rachis avec corset",
        "Rx de columna con corsé",
        "Rx colonna con corsetto",
        "Röntgenfoto LWK met korset",
        "コルセット装着下レントゲン",
        "胸腰支具佩戴下拍片",
    ],
)
def test_an_examination_in_a_brace_orders_none(title):
    assert brace_card({"text": title}) is None


@pytest.mark.parametrize(
    "title",
    [
        "TLSO for L1 fracture, x-ray in brace at 6 weeks",
        "CT-confirmed L1 fracture, TLSO",
    ],
)
def test_a_brace_beside_an_examination_is_ordered(title):
    assert brace_card({"text": title}) is not None


@pytest.mark.parametrize(
    "words",
    ["Take off", "Remove brace", "Remove, patient in bed", "Abnehmen", "TLSO 제거"],
)
def test_nothing_is_selected_beside_a_note_that_takes_the_brace_off(words):
    order = brace(note=[{"text": words}])
    cards = by_topic(ask(order_sign(quiet_record(), kyphoplasty(), order)))
    assert selected(cards["braceLimit"]) == []


def test_nothing_is_selected_if_the_occasion_is_in_another_clause():
    assert selected(brace_card({"text": "Remove TLSO, patient in bed"})) == []


def test_a_note_that_takes_the_brace_off_for_a_while_leaves_its_end_selected():
    order = brace(note=[{"text": "Remove at night"}])
    cards = by_topic(ask(order_sign(quiet_record(), kyphoplasty(), order)))
    assert selected(cards["braceLimit"])


@pytest.mark.parametrize(
    "title",
    [
        "End bed rest",
        "Bedrest lifted",
        "72 h bed rest ended",
        "Bed rest to be avoided for 72 h",
        "Bettruhe 72 h beenden",
        "Ende der Bettruhe (3 Tage)",
        "Levée du repos au lit",
        "Fin du repos au lit de 72 h",
        "Fin del reposo en cama",
        "Fine del riposo a letto",
        "Bedrust opheffen",
        "卧床结束",
        "卧床休息结束",
        "Off bed rest",
        "卧床72小时结束",
        "ベッド上安静72時間で終了",
    ],
)
def test_bed_rest_that_ends_is_not_ordered(title):
    assert bed_rest_card(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "Bed rest, end after 72 h",
        "Bed rest 72 h then discontinue",
        "Bettruhe nach 72 h beenden",
        "Repos au lit 72 h puis lever",
        "卧床72小时后结束",
    ],
)
def test_an_order_that_says_when_the_rest_ends_is_one(title):
    assert bed_rest_card(title)["summary"].startswith("Bed rest 72 h ordered")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        pytest.param("No OOB without TLSO", "TLSO", id="en-out-of-bed"),
        pytest.param("Do not mobilise without TLSO", "TLSO", id="en-mobilise"),
        pytest.param("Never without TLSO", "TLSO", id="en-never"),
        pytest.param("No getting out of bed unless TLSO on", "TLSO", id="en-unless"),
        pytest.param("Do not remove TLSO", "TLSO", id="en-remove"),
        pytest.param("TLSO not to be discontinued", "TLSO", id="en-discontinue"),
        pytest.param("Do not stop/take off TLSO", "TLSO", id="en-stop"),
        pytest.param("Nicht ohne Korsett aufstehen", "Back brace", id="de-without"),
        pytest.param("Pas de lever sans corset", "Back brace", id="fr-without"),
        pytest.param("No levantarse sin corsé", "Back brace", id="es-without"),
        pytest.param("No retirar el corsé", "Back brace", id="es-remove"),
        pytest.param("Niet uit bed zonder korset", "Back brace", id="nl-without"),
        pytest.param("Non togliere il corsetto", "Back brace", id="it-remove"),
        pytest.param("Nie wstawać bez TLSO", "TLSO", id="pl-without"),
        pytest.param("TLSO 제거 금지", "TLSO", id="ko-remove"),
        pytest.param("コルセットなしで離床しない", "Back brace", id="ja-without"),
        pytest.param("不戴胸腰支具不得下床", "Back brace", id="zh-without"),
        pytest.param("Do not lift bed rest", "Bed rest", id="lift-rest"),
        pytest.param("Do not end bed rest before MRI", "Bed rest", id="end-rest"),
    ],
)
def test_who_denies_to_go_without_it_orders_it(title, name):
    card = brace_card({"text": title})
    assert card["summary"].startswith(name)
    assert selected(card) == []


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Not needed: walk without TLSO", id="not-needed"),
        pytest.param("No TLSO unless painful", id="no-brace-unless"),
        pytest.param("No need to walk in TLSO", id="no-need"),
        pytest.param("Do not remove TLSO - cancelled", id="cancelled"),
    ],
)
def test_another_denial_beside_it_leaves_no_order(title):
    assert brace_card({"text": title}) is None


@pytest.mark.parametrize("words", ["No OOB without brace", "Do not remove"])
def test_nothing_is_selected_beside_a_note_that_keeps_the_brace_on(words):
    order = brace(note=[{"text": words}])
    cards = by_topic(ask(order_sign(quiet_record(), kyphoplasty(), order)))
    assert selected(cards["braceLimit"]) == []
