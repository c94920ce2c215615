"""Harm of the stay next to a word for what is old or over, in a note of the ward."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import leave, leaving_chart

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


def noted_when_leaving(words):
    dressing = of_patient(
        "Procedure",
        "n1",
        status="completed",
        code={"text": "Dressing change"},
        performedDateTime=days_ago(1),
        note=[{"text": words}],
    )
    (card,) = leave(leaving_chart(dressing))
    return card["detail"]


def is_followed_up(words):
    return "names an injury or grave illness: who follows it up?" in noted_when_leaving(
        words
    )


@pytest.mark.parametrize("words", OF_THE_STAY)
def test_harm_of_the_stay_is_followed_up(words):
    assert is_followed_up(words)


@pytest.mark.parametrize("words", OF_BEFORE)
def test_what_is_old_asks_nothing(words):
    assert not is_followed_up(words)
