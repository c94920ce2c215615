"""A vertebra that was treated before is not the one that an order treats.

The title names the operation, and a note or reason names this vertebra and that one.
"""

import pytest

from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from tests.builders import terminology
from tests.chart_builders import kyphoplasty
from tests.order_builders import bundle, signing
from tests.patients.reassuring import cards_of

PAST = [
    ("Vertebroplasty", "Level: L1. T11 had vertebroplasty.", "L1"),
    ("Vertebroplasty", "Level: L1. Previously had T11 kyphoplasty.", "L1"),
    ("Vertebroplasty", "Level: L1. Vertebroplasty T11 in 2023.", "L1"),
    ("Vertebroplastie", "Höhe: LWK 1. BWK 11 bereits kyphoplastiert.", "L1"),
    ("Vertebroplastie", "Höhe: LWK 1. Voroperation: Kyphoplastie BWK 11.", "L1"),
    ("Vertébroplastie", "Niveau : L1. T11 déjà cimentée.", "L1"),
    ("Vertébroplastie", "Niveau : L1. ATCD : vertébroplastie T11.", "L1"),
    ("Vertebroplastia", "Nivel: L1. AP: vertebroplastia T11.", "L1"),
    ("Vertebroplastia", "Nivel: L1. Vertebroplastia T11 en 2023.", "L1"),
    ("Vertebroplastica", "Livello: L1. Già sottoposta a vertebroplastica T11.", "L1"),
    ("Vertebroplastiek", "Niveau: L1. Na kyfoplastiek Th11.", "L1"),
    ("Kyfoplastiek", "Niveau: L1. In 2023 kyfoplastiek Th11.", "L1"),
    ("Wertebroplastyka", "Poziom: L1. Stan po wertebroplastyce Th11.", "L1"),
    ("Wertebroplastyka", "Złamanie L1 po wertebroplastyce Th11", "L1"),
    ("Wertebroplastyka", "Poziom L1. W 2023 r. wertebroplastyka Th11.", "L1"),
    ("経皮的椎体形成術", "部位：L1。T11椎体形成術後。", "L1"),
    ("経皮的椎体形成術", "T12椎体形成術後、L1新規圧迫骨折", "L1"),
    ("経皮的椎体形成術", "部位：L1。以前にT11のBKPを施行。", "L1"),
    ("经皮椎体成形术", "部位：L1。T11椎体成形术后。", "L1"),
    ("经皮椎体成形术", "T12 PKP术后1年，现L1压缩骨折", "L1"),
    ("经皮椎体成形术", "节段：L1。2023年T11行PVP。", "L1"),
    ("척추성형술", "부위: L1. T11 척추성형술 후 상태.", "L1"),
    ("척추성형술", "부위: L1. 이전에 T11 PVP 시행.", "L1"),
]
PRESENT = [
    ("Vertebroplasty", "Levels: T11 and L1", "T11 L1"),
    ("Vertebroplasty", "Vertebroplasty T11 and L1 in one session", "T11 L1"),
    ("Vertebroplasty", "Level: L1. After the procedure flat for 4 h.", "L1"),
    ("Vertebroplasty", "L4 s/p kyphoplasty, refracture", "L4"),
    ("Vertebroplastie", "Höhe: BWK 12. Nach Vertebroplastie BWK 12 flach.", "T12"),
    ("Vertebroplastica", "Livelli: T12 e L1", "T12 L1"),
    ("Kyfoplastiek", "Niveaus: Th12 en L1.", "T12 L1"),
    ("Wertebroplastyka", "Poziomy: Th12 i L1", "T12 L1"),
    ("Wertebroplastyka", "Poziom L1. Po zabiegu leżenie 4 godz.", "L1"),
    ("経皮的椎体形成術", "L1椎体形成術後の再骨折", "L1"),
    ("经皮椎体成形术", "部位：L1、L3。", "L1 L3"),
    ("Vertebroplasty", "Vertebroplasty T11 in 2026", "T11"),
    ("Vertebroplasty", "Perform the following: kyphoplasty L1. T12 old.", "L1"),
    (
        "Wertebroplastyka",
        "Skierowanie na wertebroplastykę Th12. Złamanie L1.",
        "T12 L1",
    ),
    ("Wertebroplastyka", "Zgoda na kyfoplastykę Th12 i L1", "T12 L1"),
]


def levels(title, note):
    order = {
        "resourceType": "ServiceRequest",
        "id": "d1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/pat-1"},
        "code": {"text": title},
        "authoredOn": "2026-11-20",
        "note": [{"text": note}],
    }
    found = find_augmentation_order(signing(bundle(order)), terminology())
    return " ".join(found.levels.names)


@pytest.mark.parametrize(("title", "note", "treated"), PAST)
def test_a_vertebra_treated_before_is_not_treated(title, note, treated):
    assert levels(title, note) == treated


@pytest.mark.parametrize(("title", "note", "treated"), PRESENT)
def test_one_that_is_to_be_treated_is(title, note, treated):
    assert levels(title, note) == treated


def detail_of(reason):
    order = {name: value for name, value in kyphoplasty().items() if name != "bodySite"}
    order |= {"code": {"text": "Vertebroplasty"}, "reasonCode": [{"text": reason}]}
    return cards_of(order=order)["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "reason",
    [
        "Level: L1. S/p vertebroplasty T11.",
        "L1 fracture, T11 had kyphoplasty",
        "Level: L1. Status post kyphoplasty T11.",
    ],
)
def test_one_treated_before_leaves_an_earlier_fracture_open(reason):
    detail = detail_of(reason)
    assert "below the usual" not in detail
    assert "earlier vertebral fracture not excluded" in detail


@pytest.mark.parametrize(
    "reason", ["Level: L1.", "Level: L1. No prior kyphoplasty T11."]
)
def test_one_that_is_denied_leaves_nothing_open(reason):
    assert "earlier vertebral fracture not excluded" not in detail_of(reason)
