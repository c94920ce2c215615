"""A number behind a name of a vertebra is not that of the name behind it."""

import pytest

from tests.builders import terminology


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("Fraktur LWK 1. BWK 12 unauffällig", {"T12", "L1"}),
        ("Frische Fraktur LWK 3. LWK 1 alt", {"L1", "L3"}),
        ("Frakturen BWK 11. BWK 12. LWK 1.", {"T11", "T12", "L1"}),
        ("Fraktur LWK 1. BWK unauffällig", {"L1"}),
        ("Sinterung BWK 12. LWK 1 intakt", {"T12", "L1"}),
        ("Kyphoplastie LWK 1.LWK 2 intakt", {"L1", "L2"}),
        ("Höhe: LWK 1. BWK 11 bereits kyphoplastiert", {"T11", "L1"}),
        ("Ödem LWK 4. LWK 5 o. B.", {"L4", "L5"}),
    ],
)
def test_a_number_at_the_end_of_a_sentence_is_of_the_name_before(words, levels):
    assert {*terminology().levels.named(words)} == levels


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("1. LWK", {"L1"}),
        ("12. BWK und 1. LWK", {"T12", "L1"}),
        ("12. BWK 1. LWK", {"T12", "L1"}),
        ("BWK 12, 1. und 2. LWK", {"T12", "L1", "L2"}),
        ("Deckplatte BWK 12. 1. LWK intakt", {"T12", "L1"}),
        ("LWS: 1. LWK frakturiert", {"L1"}),
        ("Fraktur L1. 2. LWK intakt", {"L1", "L2"}),
        ("第12胸椎 第1腰椎", {"T12", "L1"}),
        ("T12 1st lumbar vertebra", {"T12", "L1"}),
    ],
)
def test_any_other_number_before_a_name_is_its_own(words, levels):
    assert {*terminology().levels.named(words)} == levels
