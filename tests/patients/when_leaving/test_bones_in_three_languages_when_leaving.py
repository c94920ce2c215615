"""An arm or a rib that broke is asked about in Dutch, Polish and Korean as well."""

import pytest

from tests.patients.leaving import (
    act_done,
    act_ordered,
    appointment,
    cards_beside,
)

BROKEN = [
    *("Polsbreuk", "Ribfractuur", "Humerusfractuur", "Gebroken pols"),
    *("Złamanie nadgarstka", "Złamanie żebra", "Złamanie kości ramiennej"),
    *("손목 골절", "늑골 골절", "상완골 골절"),
]


@pytest.mark.parametrize("words", BROKEN)
def test_a_reason_or_a_title_that_names_one_is_asked_about(words):
    visit = appointment(day="2026-12-01", number="v2", reasonCode=[{"text": words}])
    for entry in (
        act_ordered("X-ray", words),
        act_ordered(words),
        act_done(words),
        visit,
    ):
        assert cards_beside(entry)


@pytest.mark.parametrize(
    "words",
    [
        *("Geen polsbreuk", "Oude polsfractuur", "Fractuurpreventie", "Wervelfractuur"),
        *("Stan po złamaniu nadgarstka", "Bez złamania żeber", "Złamanie kręgu L1"),
        *("손목 골절 없음", "골절 예방", "L1 압박골절"),
    ],
)
def test_what_is_denied_old_or_treated_is_not(words):
    assert cards_beside(act_ordered("X-ray", words)) == []
