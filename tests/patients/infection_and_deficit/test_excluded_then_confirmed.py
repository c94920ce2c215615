"""What was excluded at first and is confirmed now is there."""

import pytest

from tests.patients.places import told_at_signing

CONFIRMED = [
    "Discitis ruled out, now confirmed",
    "No discitis, later confirmed",
    "Discitis excluded in May, but now proven",
    "Discitis not seen, subsequently diagnosed",
    "Diszitis ausgeschlossen, jetzt im MRT bestätigt",
    "Keine Diszitis, später gesichert",
    "Spondylodiscite exclue, maintenant confirmée",
    "Espondilodiscitis descartada, ahora confirmada",
    "Spondilodiscite esclusa in precedenza, ora confermata",
    "Spondylodiscitis uitgesloten, nu bevestigd",
    "Zapalenie krążka początkowo wykluczone, teraz potwierdzone",
    "椎間板炎は否定されていたが、現在は確定",
    "椎间盘炎曾被排除，现已确诊",
]
DENIED = [
    "Discitis ruled out, confirmed by MRI",
    "No discitis, confirmed by MRI",
    "Discitis ruled out, now confirmed absent",
    "No discitis, now confirmed as negative",
    "Diszitis ausgeschlossen, im MRT bestätigt",
    "Keine Diszitis, Fraktur jetzt bestätigt",
    "Pas de spondylodiscite, confirmé par IRM",
    "Spondilodiscite esclusa, RM negativa",
    "Spondylodiscitis uitgesloten, nu mobiel",
]


@pytest.mark.parametrize("words", CONFIRMED)
def test_what_is_confirmed_since_leads(words):
    on_list, *elsewhere = told_at_signing(words)
    assert on_list.startswith("Spinal infection")
    for said in elsewhere:
        assert "pinal infection" in said or said.startswith("No bone drug (T")


@pytest.mark.parametrize("words", DENIED)
def test_a_denial_that_is_confirmed_stays_one(words):
    assert not any("infection" in said for said in told_at_signing(words))
