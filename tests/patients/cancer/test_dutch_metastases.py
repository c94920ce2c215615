"""Dutch words that nobody can tell of metastases deny none."""

import pytest

from tests.chart_builders import problem
from tests.patients.reassuring import cards_of, selected


def cards(title):
    return cards_of(problem("x", number="g", days=10, code={"text": title}))


@pytest.mark.parametrize(
    "title",
    [
        "Fractuur L1. Geen uitsluitsel over metastasen",
        "Fractuur L1. Geen zekerheid over metastasen",
        "Geen duidelijkheid over botmetastasen",
        "Geen idee of er metastasen zijn",
        "Geen pijn bij botmetastasen",
    ],
)
def test_what_is_not_known_is_not_denied(title):
    found = cards(title)
    summary = found["rehabilitation"]["summary"].lower()
    assert "metastasis" in summary or "malignancy" in summary
    assert not any("fracture liaison" in one for one in selected(found))


@pytest.mark.parametrize(
    "title",
    [
        "Geen metastasen",
        "Fractuur L1. Geen aanwijzingen voor metastasen",
        "Geen tekenen van uitzaaiingen",
        "Metastase uitgesloten",
    ],
)
def test_a_denial_is_one(title):
    summary = cards(title)["rehabilitation"]["summary"].lower()
    assert "metastasis" not in summary
    assert "malignancy" not in summary
