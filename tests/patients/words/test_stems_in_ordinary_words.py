"""Ordinary words that have a grave stem in them, and grave ones next to them.

Sources: everyday wording of problem lists and orders (docs/hazards.md, 883).
"""

import pytest

from tests.builders import terminology
from tests.patients.reassuring import cards_of, dated

ORDINARY = [
    *("Febbre da fieno", "Room temperature 40", "bath temperature 38", "Temp 38 years"),
    *("in case of fever 38.5 call", "wenn Fieber 38,5 melden"),
    *("Melden bei: Fieber 38,5", "call if fever 38.5", "Followed at Ann Arbor VA"),
    *("MRI performed at Ann Arbor", "osteoblast activity normal"),
    *("low osteoblastic activity in adynamic bone disease",),
    *("knochenaufbauende Therapie mit Teriparatid", "knochenaufbauende Therapie"),
    *("Schmerz im linken Bein zieht nach distal", "dobla las piernas sin dolor"),
    *("Charcot foot with midfoot collapse", "Foot arch collapse"),
]
GRAVE = [
    *("Febbre da 3 giorni", "febbre da ieri", "febbre di origine sconosciuta"),
    *("Febbre 38.5", "Fever 39", "Temp: 38.2", "Fieber 38,5", "fever since yesterday"),
    *("temperature 39.4", "fièvre 39", "fiebre 39", "koorts 39", "Ann Arbor stage III"),
    *("Lymphom Ann Arbor IIIB", "stage IV Ann Arbor", "Ann Arbor IV"),
    *("osteoblastic lesion L2", "osteoblastic activity T12", "osteoblastische Läsion"),
    *("knochenaufbauende Läsion", "Bein zieht nach", "zieht das linke Bein nach"),
    *("se le doblan las piernas", "le fallan las piernas", "legs collapsed twice"),
    *("leg collapses", "drags her left foot", "Bein knickt weg", "Bein gibt nach."),
]


@pytest.mark.parametrize("words", ORDINARY)
def test_ordinary_words_have_no_grave_stem(words):
    assert not terminology().grave_stems.are_in(words)


@pytest.mark.parametrize("words", GRAVE)
def test_grave_words_have_one(words):
    assert terminology().grave_stems.are_in(words)


@pytest.mark.parametrize("words", ["at Ann Arbor VA", "osteoblast activity normal"])
def test_nor_is_it_a_cancer_in_short(words):
    kinds = terminology().kinds
    assert not kinds.named(words, ("cancer-in-short",))
    assert kinds.named("Ann Arbor stage III", ("cancer-in-short",))


@pytest.mark.parametrize(
    "words",
    [
        *("Radiculopathy, unspecified", "Radiculopathy unspecified"),
        *("Ischialgie nicht näher bezeichnet", "Ischialgie, nicht näher bezeichnet"),
        *("Sciatica, unspecified", "Unspecified radiculopathy"),
    ],
)
def test_empty_words_make_no_nerve_root_everyday(words):
    assert not terminology().harmless.is_harmless(words)
    entry = dated({"text": words}, days=700)
    assert "below the usual" not in cards_of(entry)["rehabilitation"]["detail"]
