"""A hip that was nailed or got half a joint leaves a hip fracture open (F12)."""

import pytest

from tests.chart_builders import cards_for, days_ago, kyphoplasty, of_patient
from tests.patients.reassuring import reassuring_record

OPEN = "hip fracture within 2 years not excluded"


def detail_with(title):
    repair = of_patient(
        "Procedure",
        "repair",
        status="completed",
        code={"text": title},
        performedDateTime=days_ago(300),
    )
    cards = cards_for([*reassuring_record(), repair], kyphoplasty())
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "title",
    [
        *("PFNA links", "PFN", "DHS rechts", "TFNA", "Gammanagel", "Duokopf"),
        *("Hip hemiarthroplasty", "IM nail femur", "Clou gamma"),
        *("Prothèse intermédiaire de hanche", "Hemiartroplastia cadera"),
        *("人工骨頭置換術", "股骨近端髓内钉"),
    ],
)
def test_an_everyday_name_of_the_repair_leaves_the_fracture_open(title):
    assert OPEN in detail_with(title)


@pytest.mark.parametrize(
    "title", ["Hüft-TEP links", "DHS Entfernung", "Kataraktoperation"]
)
def test_another_operation_names_no_broken_hip(title):
    assert OPEN not in detail_with(title)
