"""A denial of all but one place says that it is there: "no metastases except L2"."""

import pytest

from tests.patients.places import as_reason, listed, noted_when_leaving

TUMOUR, INFECTION = "metasta", "infection"
ALL_BUT_ONE = [
    "No metastases other than L2",
    "No metastases apart from L2",
    "No bone metastases except in L2",
    "Keine Metastasen außer L2",
    "Keine Metastasen, außer LWK 2",
    "Pas de métastase sauf L2",
    "Sin metástasis excepto L2",
    "Nessuna metastasi tranne L2",
    "Geen metastasen behalve L2",
    "Bez przerzutów oprócz L2",
    "除L2外无转移",
    "除L2外，未见转移",
    "No discitis except at L4/5",
    "Keine Diszitis außer L4/5",
]
DENIED = [
    "No metastases",
    "No metastases, no fracture except L1",
    "No metastases and no fracture except L1",
    "Keine Metastasen und keine Fraktur außer LWK 1",
    "Mother: no metastases except L2",
    "No fracture except L1",
    "Sans fracture sauf L1",
    "No pain except at L1",
    "Geen afwijkingen behalve L1",
]


@pytest.mark.parametrize("place", [noted_when_leaving, as_reason])
@pytest.mark.parametrize("words", ALL_BUT_ONE)
def test_the_one_place_leads(words, place):
    summary = place(words).lower()
    assert "malignancy of bone" in summary or "spinal infection" in summary


@pytest.mark.parametrize("words", ALL_BUT_ONE)
def test_the_one_place_leads_on_the_list(words):
    summary = listed(words).lower()
    assert TUMOUR in summary or INFECTION in summary


@pytest.mark.parametrize("words", DENIED)
def test_what_is_denied_everywhere_leads_nothing(words):
    assert "not excluded" not in as_reason(words)
    assert "not excluded" not in noted_when_leaving(words)
