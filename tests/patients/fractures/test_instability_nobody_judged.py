"""Orders by which nobody knows if the spine is stable, and words that say no such."""

import pytest

from tests.chart_builders import brace, cards_for, drafted, of_patient
from tests.patients.reassuring import reassuring_record

OPEN = "spinal instability not excluded"


def detail_of(words):
    """Return the card of a kyphoplasty next to an order with this title on record."""
    stored = of_patient(
        "ServiceRequest",
        "other",
        status="active",
        intent="order",
        authoredOn="2026-11-18",
        code={"text": words},
    )
    order = drafted("ServiceRequest", "kypho", code={"text": "Kyphoplasty L1"})
    cards = cards_for(reassuring_record(stored), order, brace())
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "inestabilidad no valorable",
        "inestabilidad vertebral no evaluable",
        "instability cannot be assessed",
        "instability not assessed",
        "Instabilität nicht beurteilbar",
        "instabilité non évaluable",
        "instabilità non valutabile",
        "instabiliteit niet te beoordelen",
        "niestabilność nie można ocenić",
        "不安定性は評価できない",
        "Belastung nach Rücksprache mit Operateur",
        "Belastung nach Absprache",
    ],
)
def test_an_instability_that_nobody_could_judge_is_open(words):
    assert OPEN in detail_of(words)


@pytest.mark.parametrize(
    "words",
    [
        "sin inestabilidad",
        "no instability",
        "inestabilidad de rodilla no valorable",
        "knee instability not assessed",
        "Belastung nach Absprache mit Patient",
        "Belastung nach Absprache mit der Patientin",
        "Mobilisation nach Rücksprache mit Physiotherapie",
    ],
)
def test_what_is_no_doubt_about_the_spine_leaves_it_closed(words):
    assert OPEN not in detail_of(words)
