"""Harm of the stay next to a word for what is old or over, in a note of the ward."""

import pytest

from tests.patients.places import card_when_leaving

OF_THE_STAY = [
    "Stable overnight then acute stroke",
    "Chronic AF with acute stroke yesterday",
    "Stable angina now NSTEMI",
    "New hemiparesis after the procedure",
    "Hemiparesis after kyphoplasty",
    "Hemiparese nach OP",
    "Hémiparésie après l'intervention",
    "Hemiparesia tras la cirugía",
    "Emiparesi dopo l'intervento",
    "Hemiparese na de ingreep",
    "術後に片麻痺",
    "术后偏瘫",
]
OF_BEFORE = [
    "Known hemiparesis",
    "Residual hemiparesis",
    "Spastic hemiparesis, old",
    "Hémiparésie séquellaire",
    "Stable chronic heart failure",
    "Prior MI with stent",
]


def is_followed_up(words):
    asked = "names an injury or grave illness: who follows it up?"
    return asked in card_when_leaving(words)["detail"]


@pytest.mark.parametrize("words", OF_THE_STAY)
def test_harm_of_the_stay_is_followed_up(words):
    assert is_followed_up(words)


@pytest.mark.parametrize("words", OF_BEFORE)
def test_what_is_old_asks_nothing(words):
    assert not is_followed_up(words)
