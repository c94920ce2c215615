"""A heart attack, embolism or stroke of these weeks in a note withholds training."""

import pytest

from tests.patients.infection_and_deficit.test_germs_in_notes import note, reason
from tests.patients.reassuring import cards_of

FRESH = (
    "NSTEMI one week ago|Acute stroke 5 days ago|Schlaganfall vor 5 Tagen"
    "|embolie pulmonaire la semaine dernière|Ictus hace 5 días"
    "|embolia polmonare una settimana fa|Hartinfarct een week geleden"
    "|zatorowość płucna tydzień temu|1週間前に心筋梗塞|一周前脑梗|1주 전 심근경색"
)
NOT_FRESH = (
    "history of stroke|Acute stroke ruled out|No new stroke|Stroke 2015, new back pain"
    "|Heart attack in 2015|stroke prevention|CT head: r/o acute stroke"
    "|Mother had a stroke last week|weather fine"
)


def withheld(place) -> bool:
    detail = cards_of(place)["rehabilitation"]["detail"]
    return "agree start and load with its doctors" in detail


@pytest.mark.parametrize("words", FRESH.split("|"))
def test_training_is_agreed_on_with_those_who_treat_it(words: str) -> None:
    assert withheld(note(words))
    assert withheld(reason(words))


@pytest.mark.parametrize("words", NOT_FRESH.split("|"))
def test_one_of_long_ago_denied_or_sought_changes_nothing(words: str) -> None:
    assert not withheld(note(words))
    assert not withheld(reason(words))
