"""A conus or cord that a report calls pressed on leaves a deficit open (F37)."""

import pytest

from tests.patients.reassuring import card_of, imaging

NAMED = [
    "Retropulsed fragment compresses the conus.",
    "Compression of the conus at L1.",
    "Conus medullaris compression.",
    "Kompression des Conus medullaris.",
    "Retropulsiertes Fragment mit Myelonkompression.",
    "Compression du cône terminal avec hypersignal.",
    "Compressione del cono midollare con iperintensità.",
    "Compresión del cono medular.",
    "Compressie van het myelum met signaalverandering.",
    "Ucisk na stożek rdzenia.",
]
DENIED = [
    "No compression of the conus.",
    "Conus terminates at L1, normal signal.",
    "Keine Kompression des Conus medullaris.",
    "Keine Myelonkompression.",
    "Pas de compression du cône terminal.",
    "Sin compresión del cono medular.",
    "Assenza di compressione del cono midollare.",
    "Geen compressie van het myelum.",
    "Bez ucisku na stożek rdzenia.",
]


@pytest.mark.parametrize("words", NAMED)
def test_it_leads_as_not_excluded(words: str) -> None:
    assert "examine" in card_of(imaging(words))["summary"]


@pytest.mark.parametrize("words", DENIED)
def test_what_a_report_denies_leads_nothing(words: str) -> None:
    assert "examine" not in card_of(imaging(words))["summary"]
