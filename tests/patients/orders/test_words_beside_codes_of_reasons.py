"""What a reason or a site of the operation says beside its code leaves open what it may be."""

import pytest

from tests.chart_builders import (
    kyphoplasty,
    of_patient,
)
from tests.codes import ICD, SCT, codeable
from tests.patients.reassuring import cards_of, selected

FRACTURE = codeable(ICD, "M80.08XA")
SPINE_L1 = codeable(SCT, "66794005")
GRAVE = [
    "Tuberculosis of spine",
    "Loss of sphincter control",
    "Cannot move legs",
    "Phlegmon paravertebral",
    "Known secondaries",
    "Marrow replacing process L1",
    "Epiduraler Abszess",
    "Incontinence depuis hier",
]


def as_text(words):
    return {"reasonCode": [FRACTURE | {"text": words}]}


def as_display(words):
    (coding,) = FRACTURE["coding"]
    return {"reasonCode": [{"coding": [coding | {"display": words}]}]}


def as_condition(words):
    held = of_patient("Condition", "c", code=FRACTURE | {"text": words})
    return {"contained": [held], "reasonReference": [{"reference": "#c"}]}


@pytest.mark.parametrize("words", GRAVE)
@pytest.mark.parametrize("written", [as_text, as_display, as_condition])
def test_words_beside_the_code_of_a_reason_are_read_whole(written, words):
    cards = cards_of(order=kyphoplasty(**written(words)))
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not selected(cards)


@pytest.mark.parametrize("words", ["L1 phlegmon", "Pus at L1", "L1, known secondaries"])
def test_the_name_beside_the_code_of_a_site_is_read_whole(words):
    (coding,) = SPINE_L1["coding"]
    site = {"coding": [coding | {"display": words}]}
    cards = cards_of(order=kyphoplasty(bodySite=[site]))
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not selected(cards)


@pytest.mark.parametrize(
    "words",
    [
        "Wedge compression fracture of first lumbar vertebra, initial encounter",
        "Age-related osteoporosis with current pathological fracture, vertebra(e)",
        "Compression fracture of L1 vertebra (HCC)",
        "Collapse of vertebra due to osteoporosis (disorder)",
        "Postmenopausale Osteoporose mit pathologischer Fraktur: Wirbelsäule",
        "Ostéoporose post-ménopausique avec fracture pathologique",
        "Osteoporosis postmenopáusica con fractura patológica",
        "Osteoporosi postmenopausale con frattura patologica",
        "Osteoporose pós-menopáusica com fratura patológica",
        "Osteoporoza pomenopauzalna ze złamaniem patologicznym",
        "绝经后骨质疏松伴有病理性骨折",
        "閉経後骨粗鬆症・病的骨折あり",
    ],
)
@pytest.mark.parametrize("written", [as_text, as_display, as_condition])
def test_the_own_name_of_a_reason_changes_nothing(written, words):
    worded = cards_of(order=kyphoplasty(**written(words)))
    bare = cards_of(order=kyphoplasty(reasonCode=[FRACTURE]))
    assert "below" in worded["rehabilitation"]["detail"]
    assert selected(worded) == selected(bare) != set()


@pytest.mark.parametrize(
    "words",
    [
        "Bone structure of first lumbar vertebra (body structure)",
        "Structure of body of first lumbar vertebra",
        "Erster Lendenwirbel",
        "Première vertèbre lombaire",
        "Primera vértebra lumbar",
        "第一腰椎",
    ],
)
def test_the_own_name_of_a_site_changes_nothing(words):
    (coding,) = SPINE_L1["coding"]
    site = {"coding": [coding | {"display": words}]}
    cards = cards_of(order=kyphoplasty(bodySite=[site]))
    assert "below" in cards["rehabilitation"]["detail"]
    assert selected(cards)
