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


def cards_of(title):
    order = kyphoplasty() | {"code": {"text": title}}
    del order["bodySite"]
    return by_topic(ask(order_sign(reassuring_record(), order)))


@pytest.mark.parametrize("title", CANCELS)
def test_a_title_that_cancels_is_no_order(title):
    assert cards_of(title) == {}


@pytest.mark.parametrize("title", ORDERS)
def test_an_operation_that_is_booked_anew_gets_its_card(title):
    assert "rehabilitation" in cards_of(title)
