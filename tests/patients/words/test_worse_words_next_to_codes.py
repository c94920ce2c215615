"""Words next to a code name something worse: they take nothing from the code."""

import pytest

from tests.codes import ICD, SCT, codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import card_of, dated

FOOT_DROP = codeable(ICD, "M21.371")
NERVES = [
    pytest.param(FOOT_DROP, id="foot drop"),
    pytest.param(codeable(SCT, "6077001", "Foot-drop"), id="foot drop, SNOMED CT"),
    pytest.param(codeable(ICD, "G83.4", "Cauda equina syndrome"), id="cauda equina"),
]
WORSE = [
    *("now complete paraplegia", "foot drop, now paraplegia", "Jetzt Querschnitt"),
    *("désormais paraplégie", "ahora paraplejía", "cauda equina syndrome since Monday"),
    *("下肢麻痺", "截瘫"),
]


def _noted(code, note):
    return dated(code, days=2, note=[{"text": note}])


@pytest.mark.parametrize("note", WORSE)
@pytest.mark.parametrize("code", NERVES)
def test_a_worse_note_lowers_no_colour(code, note):
    card = card_of(_noted(code, note))
    assert card["indicator"] == "warning"
    assert "examine" in card["summary"]


@pytest.mark.parametrize("note", WORSE)
def test_nor_when_leaving(note):
    cards = leave(leaving_chart(*everything_arranged(), _noted(FOOT_DROP, note)))
    assert cards[0]["indicator"] == "warning"
    assert "Examine before leaving" in cards[0]["summary"]


@pytest.mark.parametrize(
    "title", ["Foot drop?", "no foot drop", "Paraplegia?", "suspected foot drop"]
)
def test_words_that_doubt_the_code_itself_still_do(title):
    card = card_of(dated({**FOOT_DROP, "text": title}, days=2))
    assert card["indicator"] == "info"
    assert "neurological deficit not excluded" in card["detail"]


@pytest.mark.parametrize("title", ["Breast cancer?", "no breast cancer"])
def test_a_code_of_two_concepts_is_doubted_whole(title):
    code = {**codeable(ICD, "C50.911"), "text": title}
    assert card_of(dated(code, days=200))["indicator"] == "info"
