"""A deficit that an act, a note, a visit or a report names after the cement leads.

It comes before a bone drug that was not started; what is old, denied or only feared does
not.
"""

from collections.abc import Callable

import pytest

from tests.patients.inpatients import chart, coded
from tests.patients.leaving import (
    PLACES_SINCE,
    act_ordered,
    kyphoplasty_done,
    leave,
    summary_without_drug,
    titled,
)

LEADS = "new neurological deficit not excluded. Examine before leaving."
NAMED = (
    "術後下垂足|術後に下垂足出現|术后足下垂|术后左足下垂|수술 후 족하수|術後下肢麻痺|术后马尾综合征"
    "|Foot drop since surgery|Fallfuß links|Pied tombant gauche|Pie caído|Piede cadente"
    "|Klapvoet links|Opadanie stopy|Saddle anaesthesia|Perianal numbness"
    "|Reithosenanästhesie|Taubheit perianal|Hypoesthésie périnéale|Hipotonía anal"
    "|Ipoestesia a sella|Niedoczulica krocza|会陰部のしびれ|肛周麻木|회음부 감각 저하"
    "|Reduced anal tone|Faiblesse jambe gauche|Zwakte linkerbeen|다리에 힘이 빠짐"
)
QUIET = (
    "No perianal numbness|No foot drop|Old foot drop|Known foot drop since 2015"
    "|陈旧性足下垂|既往下垂足|Return if leg weakness|Bei Beinschwäche sofort vorstellen"
    "|白内障術後|大腿骨骨折術後|術後疼痛|Perianalabszess 2015|Facial numbness"
    "|Kein Fallfuß|Hémorroïdes|Wound dry, walks 50 m"
)


@pytest.mark.parametrize("words", NAMED.split("|"))
@pytest.mark.parametrize("place", PLACES_SINCE[:2])
def test_it_leads_in_a_note_and_at_a_visit(
    place: Callable[[str], str], words: str
) -> None:
    assert place(words).endswith(LEADS)


@pytest.mark.parametrize("words", ["術後下垂足", "Saddle anaesthesia", "肛周麻木"])
@pytest.mark.parametrize("place", PLACES_SINCE)
def test_it_leads_wherever_it_is_told(place: Callable[[str], str], words: str) -> None:
    assert place(words).endswith(LEADS)


@pytest.mark.parametrize("words", QUIET.split("|"))
@pytest.mark.parametrize("place", PLACES_SINCE[:2])
def test_what_is_old_denied_or_to_come_does_not(
    place: Callable[[str], str], words: str
) -> None:
    assert "no bone drug started" in place(words)


def test_a_diagnosis_after_the_operation_in_japanese_is_a_new_deficit() -> None:
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(), titled("術後下垂足"))
    (card,) = leave(record)
    assert card["indicator"] == "warning"
    assert "Examine before leaving" in card["summary"]


def test_one_from_before_the_operation_does_not_lead() -> None:
    assert "no bone drug" in summary_without_drug(
        act_ordered("MRI", "Foot drop", days=30)
    )
