"""A sensory level is a deficit of the cord: below it nothing is felt."""

import pytest

from tests.patients.places import (
    DEFICIT,
    as_reason,
    listed,
    noted_when_leaving,
    reported,
)

LEVELS = [
    "Sensory level T12",
    "Sensory level at L1, new",
    "Sensibles Niveau Th12",
    "Sensibler Querschnitt ab Th10",
    "Niveau sensitif T12",
    "Nivel sensitivo D12",
    "Livello sensitivo D12",
    "Sensibel niveau Th12",
    "Poziom zaburzeń czucia Th12",
    "感覚レベルT12",
    "감각 수준 T12",
    "感觉平面T12",
]
NONE = [
    "No sensory level",
    "Sensory level normal",
    "Kein sensibles Niveau",
    "Pas de niveau sensitif",
    "Sin nivel sensitivo",
    "Nessun livello sensitivo",
    "Geen sensibel niveau",
    "Brak poziomu zaburzeń czucia",
    "感覚レベルなし",
    "无感觉平面",
]


@pytest.mark.parametrize("place", [listed, reported, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", LEVELS)
def test_a_sensory_level_leads_everywhere(words, place):
    assert DEFICIT in place(words).lower()


@pytest.mark.parametrize("place", [listed, reported, noted_when_leaving])
@pytest.mark.parametrize("words", NONE)
def test_one_that_is_denied_leads_nothing(words, place):
    assert DEFICIT not in place(words).lower()
