"""The page sends nobody to walk who had a heart attack, embolism or stroke of these days."""

from typing import Any

import pytest

from tests.chart_builders import Asked, inpatient
from tests.codes import ICD, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import image_report, kyphoplasty_done, leave, page_after
from tests.patients.reassuring import dated

EVENTS = (
    "CT: Pulmonary embolism, segmental|肺塞栓症|폐색전증|Akute Lungenembolie"
    "|Embolie pulmonaire bilatérale|Frischer Mediainfarkt links|Ictus ischemico"
    "|急性脑梗死|Udar mózgu|Beroerte links|Acute MI.|Infarctus du myocarde"
)
NONE = (
    "No pulmonary embolism|Keine Lungenembolie|Lungenembolie ausgeschlossen|r/o PE"
    "|V.a. Lungenembolie|Old stroke left|Stroke 2015|肺塞栓除外|Wedge fracture L1"
)


def page_of_stay_for(words: str) -> dict[str, Any]:
    """The facts for the page of somebody whose stay has this reason."""
    asked = Asked()
    stay = inpatient() | {"status": "in-progress", "reasonCode": [{"text": words}]}
    rest = [
        one
        for one in chart(
            coded("M80.08XA", days=20),
            kyphoplasty_done(),
            statement("zoledronate", "M05BA08", 1),
        )
        if one["resourceType"] != "Encounter"
    ]
    leave((*rest, stay), asked)
    facts: dict[str, Any] = asked.log.entries[-1].content["handout"]
    return facts


@pytest.mark.parametrize("words", EVENTS.split("|"))
def test_a_report_of_these_days_leaves_walking_out(words: str) -> None:
    assert page_after(image_report(words, days=5))["mayTrain"] is False


@pytest.mark.parametrize("words", EVENTS.split("|"))
def test_one_of_weeks_ago_does_not(words: str) -> None:
    assert page_after(image_report(words, days=30))["mayTrain"] is True


@pytest.mark.parametrize("words", NONE.split("|"))
def test_nor_does_what_is_denied_asked_or_old(words: str) -> None:
    assert page_after(image_report(words, days=5))["mayTrain"] is True


@pytest.mark.parametrize(
    "words", ["Acute stroke", "Lungenembolie", "STEMI", "폐색전증"]
)
def test_the_reason_of_the_stay_leaves_walking_out(words: str) -> None:
    assert page_of_stay_for(words)["mayTrain"] is False


@pytest.mark.parametrize("words", ["Old stroke", "Wirbelfraktur", "Back pain"])
def test_an_ordinary_reason_does_not(words: str) -> None:
    assert page_of_stay_for(words)["mayTrain"] is True


@pytest.mark.parametrize("code", ["I21.4", "I26.99", "I63.9"])
def test_so_does_a_diagnosis_of_days_before_the_operation(code: str) -> None:
    assert page_after(dated(codeable(ICD, code), days=8))["mayTrain"] is False
