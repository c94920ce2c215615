"""A title of a language read in part takes no referral away that its fact leaves.

E10: entries that were not understood do not count, whatever else their titles name.
"""

import pytest

from tests.builders import terminology
from tests.patients.reassuring import cards_of, dated


def is_selected(words: str) -> bool:
    cards = cards_of(dated({"text": words}, days=1))
    return any(
        suggestion["label"] == "Refer to fracture liaison service"
        and suggestion.get("isRecommended")
        for card in cards.values()
        for suggestion in card.get("suggestions", ())
    )


@pytest.mark.parametrize(
    "words",
    [
        *("Klapvoet links", "Złamanie C2", "Niedowład stopy lewej", "족하수"),
        *("치상돌기 골절", "Heupfractuur 2020", "척수 압박 없음", "C2骨折"),
    ],
)
def test_fracture_liaison_stays_selected(words: str) -> None:
    assert is_selected(words)


@pytest.mark.parametrize("words", ["척추 감염", "척추 감염 의심", "Wervelmetastasen"])
def test_another_cause_in_doubt_still_takes_it_away(words: str) -> None:
    assert not is_selected(words)


@pytest.mark.parametrize(
    "words", ["癌恐怖症", "恐癌症", "Paura del cancro", "암 공포증"]
)
def test_who_fears_a_cancer_has_none(words: str) -> None:
    assert is_selected(words)
    assert not terminology().grave_stems.are_in(words)


@pytest.mark.parametrize(
    "words", ["乳癌、癌恐怖症", "Cancro della mammella, paura del cancro", "胃癌 2023"]
)
def test_a_cancer_beside_the_fear_is_there(words: str) -> None:
    assert not is_selected(words)
