"""Weak legs, and a gait or a bladder that an order's title or reason calls troubled."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import codeable
from tests.patients.leaving import (
    act_ordered,
    cards_beside,
    page_after,
    summaries_beside,
)

READ = "Read before leaving."
WEAK = [
    *("Kraftminderung Bein li.", "Kraftminderung linkes Bein", "Kraftlosigkeit Beine"),
    *("Sensibilitätsstörung linkes Bein", "faiblesse jambe gauche"),
    *("perte de force de la jambe", "debilidad pierna izquierda"),
]
NEW = [
    *("Neue Gangstörung", "Gangunsicherheit neu", "Neue Blasenstörung"),
    *("Blasenstörung neu, Urologie-Konsil", "Miktionsstörung neu"),
    *("trouble de la marche nouveau", "New bladder disturbance"),
    *("Nuovi disturbi minzionali", "排尿障害 急性", "新发排尿障碍"),
]
PLAIN = [
    *("Gangunsicherheit", "Blasentraining", "Krafttraining Beine"),
    *("Kraft Beine prüfen", "Sensibilität Beine prüfen", "Overactive bladder"),
    *("Neuer Rollator bei Gangunsicherheit", "Neue Gehhilfe"),
]
# As the reason of a consult a denial is read: "no movement of the left leg" is none.
DENIED = [
    *("Keine Kraftminderung Beine", "Pas de faiblesse des jambes"),
    "Sin debilidad en piernas",
]
HELD = [
    *("Mobilisationsstopp", "Mobilisationsverbot", "Belastungsstopp"),
    *("Descarga pierna derecha", "Descarga MID", "Non ambulatory"),
]
# Reports as they are written after any kyphoplasty.
ORDINARY = [
    "Interval kyphoplasty at L1. No acute fracture. Degenerative changes. Osteopenia.",
    "Expected post kyphoplasty changes at L1. No cement leakage into the spinal canal.",
    "Stellung unverändert. Kein Zementaustritt. Keine neue Sinterung.",
    "Keine weitere Höhenminderung. Keine Frakturzeichen. Stationärer Befund.",
    "Im Verlauf unverändert. Übrige Wirbelkörper o.B.",
    "Kein Infiltrat, kein Erguss, kein Pneumothorax. Herz grenzwertig groß.",
    "Lungs are clear. Heart size upper limits of normal. Calcified granuloma.",
]
TELLING = [
    "Interval fracture of L2.",
    "Expected kyphoplasty changes at L1. New fracture L3.",
    "Neue Sinterung LWK 2.",
    "Weitere Höhenminderung LWK 1 bei Osteolyse.",
    "Im Verlauf unverändert große Raumforderung.",
    "Herz grenzwertig groß, Perikarderguss.",
    "Interval pneumothorax.",
    "Stationärer Befund der Osteolyse.",
]


def report(conclusion: str) -> Any:
    """A final report of an image of yesterday."""
    radiology = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")
    return of_patient(
        "DiagnosticReport",
        "r",
        status="final",
        category=[radiology],
        code={"text": "XR Lumbar Spine"},
        effectiveDateTime=days_ago(1),
        conclusion=conclusion,
    )


@pytest.mark.parametrize("words", [*WEAK, *NEW])
def test_such_a_title_is_read(words: str) -> None:
    (summary,) = summaries_beside(act_ordered(words))
    assert summary.endswith((READ, "Examine before leaving."))


@pytest.mark.parametrize("words", [*WEAK, *NEW])
def test_so_is_such_a_reason(words: str) -> None:
    (summary,) = summaries_beside(act_ordered("Neurologisches Konsil", words))
    assert summary.endswith((READ, "Examine before leaving."))


@pytest.mark.parametrize("words", [*PLAIN, *DENIED])
def test_what_is_not_new_or_denied_is_not(words: str) -> None:
    assert cards_beside(act_ordered(words)) == []


@pytest.mark.parametrize("words", PLAIN)
def test_nor_is_it_as_the_reason_of_a_consult(words: str) -> None:
    assert cards_beside(act_ordered("Konsil", words)) == []


@pytest.mark.parametrize("words", HELD)
def test_the_page_says_nothing_of_walking_next_to_such_an_order(words: str) -> None:
    assert page_after()["mayTrain"]
    assert not page_after(act_ordered(words))["mayTrain"]


@pytest.mark.parametrize("conclusion", ORDINARY)
def test_an_ordinary_report_is_not_asked_about(conclusion: str) -> None:
    assert cards_beside(report(conclusion)) == []


@pytest.mark.parametrize("conclusion", TELLING)
def test_one_that_tells_more_is(conclusion: str) -> None:
    assert len(cards_beside(report(conclusion))) == 1
