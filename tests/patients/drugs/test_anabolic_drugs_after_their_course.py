"""An anabolic drug that was stopped after its course: nothing holds its gain (F9).

The status says that it was stopped. That its dosage says after how many months takes
nothing from that, while "never taken" does.
"""

import pytest

from tests.chart_builders import ask, drug, kyphoplasty, order_sign, problem
from tests.codes import ATC, codeable

TERIPARATIDE = codeable(ATC, "H05AA02", "Teriparatide")


def card_with(dosage):
    entry = drug(
        "alendronate",
        status="stopped",
        medicationCodeableConcept=TERIPARATIDE,
        dosageInstruction=[{"text": dosage}],
    )
    request = order_sign((problem("I10"), entry), kyphoplasty("L1"))
    (card,) = ask(request)
    return card


@pytest.mark.parametrize(
    "dosage",
    [
        "20 mcg daily",
        "20 mcg daily, stopped after 24 months",
        "Completed after 2 years",
        "nach 24 Monaten beendet",
        "arrêté après 24 mois",
        "suspendido tras 24 meses",
        "sospeso dopo 24 mesi",
        "gestopt na 2 jaar",
        "zakończono po 24 miesiącach",
        "24ヶ月で終了",
        "用药24个月后停药",
        "24개월 투여 후 종료",
    ],
)
def test_a_course_that_ended_leads(dosage):
    card = card_with(dosage)
    assert card["summary"].startswith("Teriparatide stopped")
    assert card["indicator"] == "warning"


@pytest.mark.parametrize(
    "dosage",
    [
        "never taken",
        "stopped, never taken",
        "never taken, stopped after 24 months",
        "nie genommen, nach 24 Monaten beendet",
        "stopped 2024",
    ],
)
def test_one_that_was_perhaps_never_begun_is_asked_about(dosage):
    card = card_with(dosage)
    assert "intake not recorded" in card["summary"]
    assert card["indicator"] == "info"
