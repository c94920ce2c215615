"""Other names of infections, deficits and tumours of the spine, English and German."""

import pytest

from tests.patients.reassuring import REASSURING, cards_of, imaging, selected

INFECTION = "Spinal infection not excluded"
SEPSIS = "Sepsis not excluded"
DEFICIT = "New neurological deficit not excluded"
TUMOUR = "Malignancy of bone"
NAMED = [
    ("Spinal empyema", INFECTION),
    ("Facet joint infection", INFECTION),
    ("Septic facet joint L4/5", INFECTION),
    ("Septic arthritis of the left facet joint", INFECTION),
    ("Prevertebral abscess", INFECTION),
    ("Wirbelinfektion", INFECTION),
    ("Bandscheibeninfektion", INFECTION),
    ("Bandscheibenentzündung", INFECTION),
    ("Facettengelenksinfekt", INFECTION),
    ("Prävertebraler Abszess", INFECTION),
    ("Candidemia", SEPSIS),
    ("Candidämie", SEPSIS),
    ("Blutvergiftung", SEPSIS),
    ("Konussyndrom", DEFICIT),
    ("Rückenmarksödem", DEFICIT),
    ("Rückenmarksinfarkt", DEFICIT),
    ("Spinale Ischämie", DEFICIT),
    ("Chordoma", TUMOUR),
    ("Wirbelfilia", TUMOUR),
]
NONE = [
    "No spinal empyema",
    "No septic facet joint",
    "No prevertebral abscess",
    "No chordoma",
    "Facet joint arthrosis",
    "Keine Wirbelinfektion",
    "Keine Bandscheibenentzündung",
    "Bandscheibenvorfall",
    "Facettengelenksarthrose",
    "Kein Konussyndrom",
    "Kein Rückenmarksödem",
    "Keine Wirbelfiliae",
]


@pytest.mark.parametrize(("words", "told"), NAMED)
def test_the_name_comes_before_the_cement(words: str, told: str) -> None:
    card = cards_of(imaging(words, days=4))["rehabilitation"]
    assert card["summary"].startswith(told)
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize("words", NONE)
def test_what_is_denied_or_another_thing_leads_nothing(words: str) -> None:
    cards = cards_of(imaging(words, days=4))
    assert "not excluded" not in cards["rehabilitation"]["summary"]
    assert selected(cards)
