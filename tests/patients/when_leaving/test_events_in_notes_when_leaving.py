"""A stroke, an infarction or a clot that only a note since the operation names asks."""

import pytest

from tests.patients.leaving import act_noting, page_after, summaries_beside

EVENTS = (
    "Mediainfarkt links|Kleinhirninfarkt|Posteriorinfarkt re.|Stammganglienblutung"
    "|Hinterwandinfarkt|LE beidseits|Lacunar infarct|Cerebellar infarct, acute"
    "|MCA infarct left|EP bilatérale|IAM|IAMCEST inferior|Longembolieën|ZŻG lewej nogi"
    "|深部静脈血栓|Epileptische aanval|ICB links|EP polmonare|전신 경련"
)
NONE = (
    "Z.n. Mediainfarkt 2015|Kein Mediainfarkt"
    "|深部静脈血栓予防|Old cerebellar infarct|IAM 2012|No lacunar infarct"
    "|Geen longembolie|Pas d'EP bilatérale|LE edema trace|Walks with a frame"
    "|Alter Hinterwandinfarkt|Le patient marche|Known old MCA infarct 2014"
    "|Keine ICB|경련 없음"
)


@pytest.mark.parametrize("words", EVENTS.split("|"))
def test_a_note_that_names_one_asks(words: str) -> None:
    (summary,) = summaries_beside(act_noting(words))
    assert summary.endswith("Read before leaving.")


@pytest.mark.parametrize("words", EVENTS.split("|"))
def test_its_page_sends_nobody_to_walk(words: str) -> None:
    assert page_after(act_noting(words))["mayTrain"] is False


@pytest.mark.parametrize("words", NONE.split("|"))
def test_what_is_denied_old_or_prevented_does_not(words: str) -> None:
    assert summaries_beside(act_noting(words)) == []
