"""A kyphoplasty is one whatever a title tells besides: a pain, a consent, an age."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.patients.reassuring import cards_of

BEHIND = [
    *("pain 8/10", "back pain", "pain NRS 7", "labs done", "prior auth done"),
    *("pre-op clearance done", "consented", "risk explained", "await MRI"),
    *("fall 3 days ago", "2 weeks old", "3 months old", "Termin", "rdv", "cita"),
]
BEFORE = [
    *("back pain", "for pain relief", "for fracture L1", "labs done", "consented"),
    *("no contrast", "no allergies", "no GA", "not urgent", "after dialysis"),
    *("pending labs", "history of fall", "refused brace"),
]
OTHERS = [
    *("Kyphoplasty L1 consult", "Kyphoplasty L1 cancelled", "s/p kyphoplasty L1"),
    *("Kyphoplasty L1 follow-up", "Brace after kyphoplasty L1", "No kyphoplasty L1"),
    *("Kyphoplasty L1 done", "Kyphoplasty L1 2 weeks ago", "Kyphoplasty L1 labs"),
    *("Pain after kyphoplasty L1", "Pain consult kyphoplasty L1", "Kyphoplasty kit"),
    *("Labs for kyphoplasty L1", "Prior auth kyphoplasty L1", "Consent kyphoplasty L1"),
    *("Hold Eliquis for kyphoplasty L1", "Kyphoplasty L1 pain consult"),
    *("Kyphoplasty L1, labs done, cancelled", "Kyphoplasty L1 cancelled, pain 8/10"),
    *("Admission after kyphoplasty L1", "Termin nach Kyphoplastie LWK 1"),
    *("Opname kyfoplastiek L1", "Ricovero cifoplastica L1", "Admission kyphoplasty"),
    *("CT L1 kyphoplasty pain", "No infection after kyphoplasty L1"),
]


@pytest.mark.parametrize(
    "title",
    [
        *(f"Kyphoplasty L1 {more}" for more in BEHIND),
        *(f"{more} kyphoplasty L1" for more in BEFORE),
    ],
)
def test_what_is_told_besides_takes_no_card_away(title):
    order = kyphoplasty() | {"code": {"text": title}}
    assert "rehabilitation" in cards_of(order=order)


@pytest.mark.parametrize("title", OTHERS)
def test_another_order_that_names_the_operation_gets_none(title):
    order = kyphoplasty() | {"code": {"text": title}}
    assert "rehabilitation" not in cards_of(order=order)
