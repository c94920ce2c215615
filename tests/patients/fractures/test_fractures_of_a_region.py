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


WHO, GM, AM = (
    "http://hl7.org/fhir/sid/icd-10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
    "http://hl7.org/fhir/sid/icd-10-am",
)


def cards_coded(system, code):
    said = {"clinicalStatus": ACTIVE, "code": codeable(system, code)}
    said |= {"onsetDateTime": days_ago(5), "recordedDate": days_ago(5)}
    found = of_patient("Condition", "broken", **said)
    return cards_for([*strong_and_nourished(), found], kyphoplasty(), brace())


@pytest.mark.parametrize(
    ("system", "code"),
    [
        *((WHO, code) for code in ("S22.0", "S22.00", "S22.01", "M48.50", "M48.54")),
        *((GM, code) for code in ("S22.00", "M48.50", "M48.54")),
        (AM, "M48.50"),
    ],
)
def test_a_code_of_another_part_is_another_fracture(system, code):
    cards = cards_coded(system, code)
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert cards["rehabilitation"]["summary"].startswith("Two fractures at once")
    assert not end_is_selected(cards)


@pytest.mark.parametrize("system", [WHO, GM])
def test_a_code_of_several_lumbar_fractures_reassures_nobody(system):
    card = cards_coded(system, "S32.7")["rehabilitation"]
    assert "below the usual" not in card["detail"]
    assert "not understood" in card["detail"].partition("**Not known:**")[2]


@pytest.mark.parametrize("code", ["S32.0", "S32.00", "S32.01", "M48.56"])
def test_a_code_of_the_treated_part_is_no_other(code):
    card = cards_coded(WHO, code)["rehabilitation"]
    assert "fractures at once" not in card["summary"]
