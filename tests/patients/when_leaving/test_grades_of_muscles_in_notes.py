"""A grade under 5 of a muscle of the leg in a note is a deficit; 5 of 5 is none."""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside

WEAK = (
    "MRC 3/5 hip flexion, new|Hip flexion 3/5 left, new|Power 4/5 hip flexors"
    "|Kraftgrad 3/5 Hüftbeugung links, neu|Force 3/5 quadriceps gauche, nouveau"
    "|MMT 腸腰筋 3/5 新規|左髂腰肌肌力3级，新发|MRC 2/5 EHL right|Quads 3/5 bilaterally"
)
STRONG = (
    "MRC 5/5 hip flexion|Strength 5/5 throughout|Kraftgrad 5/5 Beine|MMT 5/5|肌力5级"
    "|근력 5/5|Hip flexion 5/5|Quadriceps 5/5|Pain 4/5"
)


def asked_by(words: str) -> list[str]:
    return summaries_beside(act_ordered("CBC", note=[{"text": words}]))


@pytest.mark.parametrize("words", WEAK.split("|"))
def test_a_weak_muscle_of_the_leg_leads(words: str) -> None:
    (summary,) = asked_by(words)
    assert "Examine before leaving." in summary


@pytest.mark.parametrize("words", STRONG.split("|"))
def test_full_strength_asks_nothing(words: str) -> None:
    assert asked_by(words) == []
