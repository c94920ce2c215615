"""Palliative care and hospice in words: no card chooses anything, in ten languages.

Words are no code: the entry is not understood, so the card stays, and reassures not.
"""

import pytest

from tests.patients.reassuring import REASSURING, card_of, dated

CARE = [
    *("Palliative care", "Hospice care", "Palliativversorgung", "Hospiz"),
    *("Soins palliatifs", "Cuidados paliativos", "Cure palliative"),
    *("Palliatieve zorg", "Hospice", "Opieka paliatywna", "Opieka hospicyjna"),
    *("Hospicjum domowe", "緩和ケア", "ホスピス", "姑息治疗", "安宁疗护"),
    *("완화의료", "호스피스", "임종 돌봄"),
]
NONE = ["Opieka domowa", "Thuiszorg", "Hospitalizacja"]


@pytest.mark.parametrize("title", CARE)
def test_nothing_is_chosen_next_to_care_of_the_dying(title: str) -> None:
    card = card_of(dated({"text": title}, days=12))
    assert not [one for one in card["suggestions"] if one.get("isRecommended")]
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize("title", NONE)
def test_ordinary_care_is_none(title: str) -> None:
    card = card_of(dated({"text": title}, days=12))
    assert [one for one in card["suggestions"] if one.get("isRecommended")]
