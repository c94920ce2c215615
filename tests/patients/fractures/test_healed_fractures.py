"""The title next to a code of a healed fracture decides which bone it was of.

Z87.81 and its kin name no bone. A title that names one bone outside the spine, and says
no more, excludes a vertebra; anything else leaves an earlier vertebral fracture open.
"""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

NAMES = {
    "Z87.81": "Personal history of (healed) traumatic fracture",
    "Z87.310": "Personal history of (healed) osteoporosis fracture",
    "Z87.311": "Personal history of (healed) other pathological fracture",
}
OF_ANOTHER_BONE = [
    *("History of wrist fracture", "Healed fracture of wrist", "Hx of ankle fracture"),
    *("History of rib fracture 2019", "History of traumatic fracture of ankle"),
    *("Z.n. Radiusfraktur 2018", "antécédent de fracture du poignet"),
    *("antecedente de fractura de muñeca", "pregressa frattura di polso"),
    *("stan po złamaniu nadgarstka", "polsfractuur 2019", "陈旧性肋骨骨折"),
    "橈骨骨折の既往",
]
OF_THE_HIP = [
    *("History of hip fracture", "Healed hip fracture", "Z.n. Schenkelhalsfraktur"),
    "History of left femoral neck fracture",
]
OF_A_VERTEBRA = ["History of T8 compression fracture", "History of vertebral fracture"]
OF_AN_UNKNOWN_BONE = [
    *("History of fracture", "Healed fractures", "Healed fractures, wrist 2010"),
    *("Wrist pain, history of fracture", "History of wrist and vertebral fracture"),
    *("History of hip and compression fracture", "No wrist fracture"),
    *("Possible wrist fracture", "History of xyzzy fracture", "Wrist fracture, xyzzy"),
]
VERTEBRA = "earlier vertebral fracture not excluded"
HIP = "hip fracture within 2 years not excluded"


def healed(title, number="Z87.81", *, with_name=False):
    code = codeable(ICD, number, title)
    if with_name:
        code = {**codeable(ICD, number), "text": title}
        code["coding"][0]["display"] = NAMES[number]
    return problem("x", code=code)


@pytest.mark.parametrize("title", OF_ANOTHER_BONE)
def test_a_title_that_names_another_bone_excludes_a_vertebra(title):
    detail = card_of(healed(title))["detail"]
    assert "not excluded" not in detail
    assert "below the usual" in detail


@pytest.mark.parametrize("number", NAMES)
def test_the_own_name_of_the_code_says_nothing_against_the_title(number):
    detail = card_of(healed("Healed wrist fracture", number, with_name=True))["detail"]
    assert VERTEBRA not in detail


@pytest.mark.parametrize("title", OF_THE_HIP)
def test_a_title_that_names_the_hip_leaves_a_hip_fracture_open(title):
    detail = card_of(healed(title))["detail"]
    assert HIP in detail
    assert VERTEBRA not in detail


@pytest.mark.parametrize("title", OF_A_VERTEBRA)
def test_a_title_that_names_a_vertebra_is_an_earlier_fracture(title):
    assert "Earlier vertebral fracture" in card_of(healed(title))["summary"]


@pytest.mark.parametrize("title", OF_AN_UNKNOWN_BONE)
def test_a_title_that_may_be_of_a_vertebra_leaves_one_open(title):
    detail = card_of(healed(title))["detail"]
    assert VERTEBRA in detail
    assert "below the usual" not in detail


@pytest.mark.parametrize("number", NAMES)
def test_a_code_without_a_title_leaves_a_vertebra_open(number):
    assert VERTEBRA in card_of(problem("x", code=codeable(ICD, number)))["detail"]


def test_a_code_of_the_spine_is_of_the_spine_whatever_its_title():
    code = codeable("http://hl7.org/fhir/sid/icd-10", "T91.1", "Wrist fracture")
    assert "below the usual" not in card_of(problem("x", code=code))["detail"]
