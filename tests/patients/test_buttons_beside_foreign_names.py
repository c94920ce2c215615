"""The referral next to infections, cancers and fears of them, in other languages."""

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


@pytest.mark.parametrize("words", ["척추 감염", "척추 감염 의심", "Wervelmetastasen"])
def test_another_cause_in_doubt_still_takes_it_away(words: str) -> None:
    assert not is_selected(words)


@pytest.mark.parametrize("words", ["癌恐怖症", "恐癌症", "Paura del cancro"])
def test_who_fears_a_cancer_has_none(words: str) -> None:
    assert is_selected(words)
    assert not terminology().grave_stems.are_in(words)


@pytest.mark.parametrize(
    "words", ["乳癌、癌恐怖症", "Cancro della mammella, paura del cancro", "胃癌 2023"]
)
def test_a_cancer_beside_the_fear_is_there(words: str) -> None:
    assert not is_selected(words)
