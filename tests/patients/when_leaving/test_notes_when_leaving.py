"""A note of the operation that was not understood is an entry to be read."""

import pytest

from tests.patients.inpatients import worded
from tests.patients.leaving import (
    page_after,
    summaries_after,
)

UNREAD = "1 recent entry not understood. Read before leaving."


def after(note: str) -> list[str]:
    return summaries_after(note=[{"text": note}])


@pytest.mark.parametrize(
    "note",
    [
        "No cement leak.",
        "Pain much better, walking with frame.",
        "Discharged home.",
        "Kein Zementaustritt.",
        "Wunde reizlos.",
        "Pas de fuite de ciment.",
        "Sin fuga de cemento.",
        "Nessuno stravaso di cemento.",
        "Geen cementlekkage.",
        "Bez wycieku cementu.",
        "セメント漏出なし。",
        "未见骨水泥渗漏。",
        "시멘트 누출 없음.",
        "전신마취",
    ],
)
def test_an_ordinary_note_asks_nothing(note):
    assert after(note) == []


@pytest.mark.parametrize(
    "note",
    [
        "Blub xyz.",
        "No leak except posterior.",
        "Wound discharge.",
        "Zementaustritt in den Spinalkanal.",
        "Plaie rouge.",
        "骨水泥渗漏入椎管",
        "상처 발적",
    ],
)
def test_unknown_words_are_an_entry_to_be_read(note):
    (said,) = after(note)
    assert said.endswith(UNREAD)


@pytest.mark.parametrize(
    ("note", "named"),
    [
        ("No leak. Drop foot on the left.", "neurological deficit not excluded"),
        ("Klapvoet links", "neurological deficit not excluded"),
        ("Metastatic tissue seen", "malignancy of bone not excluded"),
        ("Abscess drained", "spinal infection not excluded"),
    ],
)
def test_a_part_of_a_word_names_its_fact(note, named):
    (said,) = after(note)
    assert named in said


@pytest.mark.parametrize(
    "words", ["Postoperatieve pijn", "Nudności", "Niedokrwistość", "수술 후 통증"]
)
def test_the_page_says_walk_beside_a_complaint_of_every_ward(words):
    assert page_after(worded(words, days=1))["mayTrain"]
