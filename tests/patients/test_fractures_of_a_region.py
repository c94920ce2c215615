"""A fresh fracture that names a part of the spine alone may be another one."""

import pytest

from tests.chart_builders import (
    brace,
    cards_for,
    days_ago,
    kyphoplasty,
    of_patient,
    strong_and_nourished,
)
from tests.codes import codeable
from tests.patients.reassuring import end_is_selected

ACTIVE = codeable("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
ANOTHER = [
    "Compression fracture of thoracic vertebra",
    "Thoracic compression fracture",
    "BWK-Fraktur",
    "Brustwirbelkörperfraktur",
    "Fracture vertébrale dorsale",
    "Fractura vertebral dorsal",
    "Frattura vertebrale dorsale",
    "胸椎圧迫骨折",
    "胸椎压缩性骨折",
    "第3腰椎圧迫骨折",
    "第12胸椎圧迫骨折",
    "Fracture of third lumbar vertebra",
]
PERHAPS_THIS = [
    "Compression fracture of lumbar vertebra",
    "Thoracolumbar compression fracture",
    "Vertebral compression fracture",
    "LWK-Fraktur",
    "Fractura vertebral lumbar",
    "腰椎圧迫骨折",
    "第1腰椎圧迫骨折",
]


def cards_with(words, days):
    said = {"clinicalStatus": ACTIVE, "code": {"text": words}}
    said |= {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    found = of_patient("Condition", "broken", **said)
    return cards_for([*strong_and_nourished(), found], kyphoplasty(), brace())


@pytest.mark.parametrize("days", [5, 30])
@pytest.mark.parametrize("words", ANOTHER)
def test_a_fracture_of_another_part_is_another_fracture(words, days):
    cards = cards_with(words, days)
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert cards["rehabilitation"]["summary"].startswith("Two fractures at once")
    assert not end_is_selected(cards)


@pytest.mark.parametrize("words", PERHAPS_THIS)
def test_a_fracture_that_may_be_the_treated_one_is_no_other(words):
    summary = cards_with(words, 5)["rehabilitation"]["summary"]
    assert "Two fractures" not in summary
