"""An unstable fracture of another bone is no unstable spine; of a vertebra it is one."""

import pytest

from tests.patients.reassuring import cards_of, dated

ELSEWHERE = (
    "Unstable fracture ankle|Unstable pelvic ring fracture|Unstable distal radius"
    " fracture|Instabile Sprunggelenksfraktur|Fracture instable de la cheville"
    "|Fractura inestable de cadera|Frattura instabile del femore"
    "|Instabiele enkelfractuur|Niestabilne złamanie kostki|足関節不安定骨折"
    "|踝关节不稳定骨折|발목 불안정 골절"
)
OF_SPINE = (
    "Unstable fracture L1|Unstable fracture of L1 and ankle|Unstable fracture"
    "|Instabile LWK-1-Fraktur|Fracture instable de L1|L1不安定骨折|L1不安定型破裂骨折"
    "|L1不稳定骨折|L1 불안정 골절"
)
# What fails, hurts or broke before is elsewhere; what is unstable has no name.
NEXT_TO_A_LIMB = (
    "Unstable fracture, femoral nerve palsy|Unstable burst fracture, radial nerve palsy"
    "|Unstable fracture with leg weakness|Unstable fracture, numb feet"
    "|Unstable fracture; old hip fracture"
    "|Instabile Fraktur (alte Radiusfraktur)|Fracture instable, faiblesse de la jambe"
    "|Fractura inestable, debilidad de pierna|Frattura instabile con debolezza al piede"
    "|Instabiele fractuur, zwakte voet|Niestabilne złamanie, opadanie stopy z niedowładem"
)
# A bone that somebody fell on, a density of it, or a word that is like its name.
LIKE_A_LIMB = (
    "Unstable compression fracture after fall on the hip|Main fracture unstable"
    "|Instabile Kompressionsfraktur nach Sturz auf die Hüfte|Instabile Fraktur nach Sturz"
    " auf den Arm|Unstable fracture - stop mobilisation|Fracture instable à la radio"
    "|Unstable fracture: walks with hand support|Unstable fracture with hip osteoporosis"
    "|不安定骨折、大腿骨DXA低値|不稳定骨折，髋部骨密度低|Fracture instable, chute sur la hanche"
    "|Unstable fracture, fell onto left shoulder"
)
OF_LIMBS_TOO = (
    "Unstable fracture of the hand|Fracture instable de la main|Instabile Handgelenksfraktur links"
    "|Fractura inestable de radio distal|Frattura instabile del radio"
    "|Niestabilne złamanie stopy"
)


def detail_beside(words: str) -> str:
    cards = cards_of(dated({"text": words}, days=3))
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("words", [*ELSEWHERE.split("|"), *OF_LIMBS_TOO.split("|")])
def test_one_of_another_bone_is_not_of_the_spine(words: str) -> None:
    assert "unstable" not in detail_beside(words)


@pytest.mark.parametrize(
    "words",
    [
        *OF_SPINE.split("|"),
        *NEXT_TO_A_LIMB.split("|"),
        *LIKE_A_LIMB.split("|"),
    ],
)
def test_one_of_a_vertebra_forbids_training_in_every_language(words: str) -> None:
    detail = detail_beside(words)
    assert "unstable fracture not excluded" in detail
    assert "balance training" not in detail
