"""What came after a denied loss is there: "initially no deficit, then paraparesis".

A denied loss was taken out with all that stands behind it in its sentence, also with
what somebody cannot do: "no loss of power, unable to pass urine".
"""

import pytest

from tests.patients.places import listed, noted_when_leaving

CAME_SINCE = [
    "Initially no deficit, then paraparesis",
    "Initially no deficit, paraparesis since yesterday",
    "No deficit at first, now paraparesis",
    "No loss of sensation, now cannot lift the foot",
    "No loss of power but foot drop",
    "Pas de déficit, puis paraparésie",
    "Sin déficit, desde ayer paraparesia",
    "Nessun deficit, da ieri paraparesi",
    "Geen uitval, nu klapvoet",
    "Bez niedowładu, od wczoraj opadanie stopy",
    "Keine Parese, dann Fußheberparese",
    "No loss of sensation, cannot lift the foot",
    "No loss of power, unable to pass urine",
    "Pas de perte de force, ne peut plus uriner",
    "Sin déficit, no puede levantar el pie derecho",
    "Sin pérdida de fuerza, no puede orinar",
    "Nessun deficit, non riesce a sollevare il piede destro",
    "Geen krachtsverlies, kan niet plassen",
    "Geen uitval, kan rechtervoet niet heffen",
    "Brak niedowładu, nie może oddać moczu",
    "Bez ubytków, nie może podnieść stopy",
    "No loss of power despite cord compression",
]
DENIED = [
    "No loss of power, sensation or continence",
    "No deficit since surgery",
    "No loss of bladder control, walking today with frame",
    "Sin déficit motor, deambula hoy con andador",
    "Pas de déficit, marche depuis hier",
    "No deficit, return if weakness",
    "Geen uitval, vandaag gemobiliseerd",
    "Denies loss of bladder control, cannot remember fall",
    "No loss of sensation, inability to void or weakness",
    "No deficit, return if cannot walk",
    "Pas de déficit, ne se plaint de rien",
    "Sin déficit, no puede dormir",
    "Nessun deficit, non può assumere FANS",
    "Geen uitval, kan naar huis",
    "Brak niedowładu, nie może spać",
]


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", CAME_SINCE)
def test_what_came_since_leads(words, place):
    assert "new neurological deficit not excluded" in place(words).lower()


@pytest.mark.parametrize("words", DENIED)
def test_what_is_denied_leads_nothing(words):
    assert "deficit" not in noted_when_leaving(words)
