"""A title that cancels the operation gets no card; one that was booked anew does."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import reassuring_record

CANCELS = [
    *("Cancel OR booking - kyphoplasty L1", "Cancel surgery: kyphoplasty L1"),
    *("OP absagen: Kyphoplastie LWK 1", "OP-Termin stornieren - Kyphoplastie LWK 1"),
    *("Kyphoplastie LWK 1 absagen", "Annuler intervention - cyphoplastie L1"),
    *("Cancelar cirugía - cifoplastia L1", "Anular quirófano: cifoplastia L1"),
    *("Annullare intervento - cifoplastica L1", "Annuleren OK - kyfoplastiek L1"),
    *("Disdire intervento: cifoplastica L1", "Odwołać zabieg - kyfoplastyka L1"),
    *("取消手术 - L1椎体后凸成形术", "手術キャンセル - L1 BKP"),
    *("수술 취소 - L1 척추후만풍선성형술", "Kyphoplasty L1 cancelled, to be rebooked"),
    *("Kyphoplasty L1, cancel as on warfarin", "Kyphoplasty L1; cancel, on apixaban"),
    *("Kyphoplasty L1, cancel because of apixaban", "Kyphoplasty L1, cancel"),
    *("Rebooked kyphoplasty L1 cancelled", "Kyphoplasty L1 rescheduled then cancelled"),
    *("Storno Kyphoplastie LWK 1", "Kyphoplastie LWK 1 abgesagt, kein neuer Termin"),
    *("Kyphoplastie LWK 1 entfällt", "void kyphoplasty L1"),
    *("Kyphoplasty L1 postponed indefinitely", "entered in error: kyphoplasty L1"),
    *("Cancel aspirin and kyphoplasty L1", "Cancel MRI and kyphoplasty L1"),
    *("Kyphoplasty L1 cancelled, rebook in 3 months", "L1 풍선성형술 무기한 연기"),
    "Kyphoplastie LWK 1, verschoben auf 25.11., dann abgesagt",
]
ORDERS = [
    "cancelled earlier, rebooked: kyphoplasty L1",
    "Kyphoplasty L1 (cancelled 12 Nov, rebooked)",
    "Rebooked after cancellation: kyphoplasty L1",
    "Previously cancelled kyphoplasty L1, rescheduled",
    "abgesagt, neuer Termin: Kyphoplastie LWK 1",
    "Kyphoplastie LWK 1, verschoben, neuer Termin",
    "annulée puis reprogrammée : cyphoplastie L1",
    "cancelada, reprogramada: cifoplastia L1",
    "annullata, riprogrammata: cifoplastica L1",
    "geannuleerd, opnieuw gepland: kyfoplastiek L1",
    "odwołany, nowy termin: kyfoplastyka L1",
    "取消后重新安排:L1椎体后凸成形术",
    "キャンセル後再予約: L1 BKP",
    "취소 후 재예약: L1 풍선성형술",
    "Kyphoplasty L1, cancel if INR > 1.5",
    "Kyphoplasty L1, cancel aspirin",
    "Kyphoplasty L1, cancel the 75 mg aspirin",
    "Kyphoplasty L1, cancel order for apixaban",
    "Kyphoplasty L1, do not cancel",
    "OR booking - kyphoplasty L1",
]
# Something else is cancelled or stopped.
BESIDE = [
    *("Kyphoplasty L1, cancel anticoagulation", "D/C warfarin, kyphoplasty L1"),
    *("Kyphoplasty L1, cancel diet order", "Discontinue warfarin; kyphoplasty L1"),
    *("Kyphoplasty L1 dc aspirin", "Cancelled MRI; kyphoplasty L1"),
    *("Cancel MRI - kyphoplasty L1", "Cancel clinic appointment, kyphoplasty L1"),
    *("バイアスピリン中止後 L1 BKP", "L1 BKP 中止薬あり", "停用阿司匹林 L1 PKP"),
    *("L1椎体后凸成形术(取消局麻改全麻)", "아스피린 중단 후 L1 풍선성형술"),
    *("Kyphoplasty L1 cancellation list", "add to cancellation list: kyphoplasty L1"),
    *("Kyphoplasty L1 - cancelled case slot filled", "Kyphoplastie LWK 1, ASS stoppen"),
    "Storno Vertebroplastie, Kyphoplastie LWK 1",
]
# It was cancelled, and is booked anew.
ANEW = [
    *("Cancel and rebook: kyphoplasty L1", "Cancel/rebook kyphoplasty L1"),
    *("Kyphoplasty L1 previously cancelled", "Kyphoplasty L1, cancelled x2"),
    "Kyphoplasty L1, cancelled by anaesthesia 12 Nov, now fit",
    "Kyphoplasty L1 cancelled 12 Nov due to UTI, now treated",
    "Kyphoplasty L1 - patient cancelled previous date",
    *("Annule et remplace : cyphoplastie L1", "Cyphoplastie L1 (annule et remplace)"),
    "Annule et remplace la demande du 12/11 : cyphoplastie L1",
    *("Cifoplastica L1 (annulla e sostituisce)", "Anula y sustituye: cifoplastia L1"),
    "stornierter Termin nachgeholt: Kyphoplastie LWK 1",
]
MOVED = [
    *("Kyphoplastie LWK 1, verschoben auf 25.11.", "Cyphoplastie L1 reportée au 25/11"),
    *("Kyphoplastie LWK 1 verschoben vom 12.11.", "Cifoplastia L1 aplazada al 25/11"),
    *("Cifoplastica L1 rinviata al 25/11", "Kyfoplastiek L1 uitgesteld naar 25-11"),
    *("L1 PKP 延期至11月25日", "L1 BKP(延期→11/25)", "L1 풍선성형술 (연기)"),
]
# It was put off, with a day or without.
PUT_OFF = [
    *("Kyphoplastie LWK 1, verschoben", "Kyphoplastie LWK 1 wird verschoben"),
    "Kyphoplastie LWK 1 verschoben wegen Infekt",
    *("Kyphoplastie LWK 1 verschoben, Termin folgt", "Cyphoplastie L1 reportée"),
    *("Cifoplastia L1 aplazada", "Cifoplastica L1 rinviata", "L1 PKP 延期"),
    *("Kyfoplastiek L1 uitgesteld", "Kyfoplastyka L1 odroczona", "L1 BKP(延期)"),
]
# A slot of another patient that became free.
SLOTS = [
    *("Cancellation slot: kyphoplasty L1", "Kyphoplasty L1 - cancellation slot"),
    *(
        "Créneau d'annulation : cyphoplastie L1",
        "Hueco por cancelación: cifoplastia L1",
    ),
    *("Uitvalplek: kyfoplastiek L1", "キャンセル枠: L1 BKP"),
]
# It was put off for good, declined or not wanted any more.
GIVEN_UP = [
    *(
        "Kyphoplasty L1 deferred",
        "Kyphoplasty L1 deferred indefinitely",
        "Cifoplastia L1 aplazada indefinidamente",
    ),
    *("Kyphoplastie LWK 1 auf unbestimmte Zeit verschoben", "L1 BKP 無期延期"),
    *(
        "Kyphoplastie LWK 1 verschoben, nicht mehr indiziert",
        "Cancel slot: kyphoplasty L1",
    ),
    *("Kyphoplastie LWK 1 verschoben, Patient lehnt ab", "L1 BKP 必要時L2 本人辞退"),
    *(
        "Kyphoplasty L1 deferred, conservative treatment",
        "Request cancellation slot: kyphoplasty L1",
    ),
    *(
        "Kyphoplasty L1 maybe L2 declined",
        "Kyphoplasty L1 if INR <1.5 patient declined",
    ),
    *(
        "Kyphoplastie LWK 1 ggf. LWK 2 Patient lehnt ab",
        "Kyfoplastiek L1 evt L2 geweigerd",
    ),
    *(
        "Cifoplastia L1 posible L2 la paciente no desea",
        "Cancellation slot offered, patient declined kyphoplasty L1",
    ),
]
DECLINED_BESIDE = [
    *("Kyphoplasty L1, declined fusion", "Kyphoplastie LWK 1, verweigert Korsett"),
    *("Cyphoplastie L1, refuse l'arthrodèse", "Cifoplastica L1, rifiuta busto"),
    *("Cifoplastia L1, rechaza cirugía abierta", "Kyfoplastiek L1, weigert korset"),
    *("Kyfoplastyka L1, odmawia gorsetu", "L1 PKP, 拒绝开放手术"),
]


def cards_of(title):
    order = kyphoplasty() | {"code": {"text": title}}
    del order["bodySite"]
    return by_topic(ask(order_sign(reassuring_record(), order)))


@pytest.mark.parametrize("title", CANCELS)
def test_a_title_that_cancels_is_no_order(title):
    assert cards_of(title) == {}


@pytest.mark.parametrize("title", BESIDE)
def test_what_else_is_cancelled_leaves_the_operation_ordered(title):
    assert "rehabilitation" in cards_of(title)


@pytest.mark.parametrize("title", MOVED)
def test_an_operation_that_was_moved_to_a_day_gets_its_card(title):
    assert "rehabilitation" in cards_of(title)


@pytest.mark.parametrize("title", [*ORDERS, *ANEW])
def test_an_operation_that_is_booked_anew_gets_its_card(title):
    assert "rehabilitation" in cards_of(title)


@pytest.mark.parametrize("title", [*PUT_OFF, *SLOTS, *DECLINED_BESIDE])
def test_an_operation_that_was_put_off_or_got_a_slot_gets_its_card(title):
    assert "rehabilitation" in cards_of(title)


@pytest.mark.parametrize("title", GIVEN_UP)
def test_an_operation_that_was_given_up_gets_none(title):
    assert cards_of(title) == {}


@pytest.mark.parametrize("title", ["Kyphoplasty L1 2025", "Kyphoplasty L1 (2027)"])
def test_a_draft_with_a_year_next_to_its_own_gets_its_card(title):
    assert "rehabilitation" in cards_of(title)


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 2019",
        "MRI L1, kyphoplasty L1 2025",
        "Z. n. Kyphoplastie L1 2025",
    ],
)
def test_an_operation_of_an_earlier_year_gets_none(title):
    assert cards_of(title) == {}
