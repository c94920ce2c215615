"""An abscess of the spine is a spinal infection (F1), by whatever plain name."""

import pytest

from tests.patients.leaving import act_noting, summaries_beside
from tests.patients.reassuring import REASSURING, cards_of, dated, imaging

NAMED = [
    "Spinal abscess",
    "Vertebral abscess",
    "Intraspinal abscess",
    "Abscess of vertebra L2",
    "Spinalabszess",
    "Wirbelabszess",
    "Abszess der Wirbelsäule",
    "Abcès vertébral",
    "Absceso vertebral",
    "Ascesso vertebrale",
    "Wervelabces",
    "Ropień kręgosłupa",
    "脊椎膿瘍",
    "脊柱脓肿",
    "척추 농양",
]
NONE = [
    "No spinal abscess",
    "Spinal abscess excluded",
    "Family history of spinal abscess",
    "Kein Wirbelabszess",
    "Kein Abszess der Wirbelsäule",
    "Pas d'abcès rachidien",
    "Sin absceso vertebral",
    "无脊柱脓肿",
    "Dental abscess",
    "Abszess an der Ferse",
]


@pytest.mark.parametrize("words", NAMED)
def test_one_on_the_list_forbids_cement(words: str) -> None:
    card = cards_of(dated({"text": words}, days=30))["rehabilitation"]
    assert card["indicator"] == "warning"
    assert "contraindication to cement" in card["summary"]


@pytest.mark.parametrize("words", NAMED)
def test_one_in_a_report_comes_before_the_cement(words: str) -> None:
    card = cards_of(imaging(words))["rehabilitation"]
    assert card["summary"].startswith("Spinal infection not excluded: settle this")
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize("words", NAMED)
def test_one_in_a_note_since_is_told_to_who_leaves(words: str) -> None:
    (said,) = summaries_beside(act_noting(words))
    assert "spinal infection not excluded" in said


@pytest.mark.parametrize("words", NONE)
def test_what_is_none_forbids_nothing(words: str) -> None:
    card = cards_of(dated({"text": words}, days=30))["rehabilitation"]
    assert card["indicator"] == "info"
    assert "infection" not in card["summary"]
