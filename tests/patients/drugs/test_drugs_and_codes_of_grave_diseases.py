"""Drugs and codes that seldom stand alone: they leave open what they come with."""

import pytest

from tests.chart_builders import Resource, days_ago, drug, problem
from tests.codes import ATC, ICD, codeable
from tests.patients.reassuring import cards_of, end_is_selected

REASSURING = "below the usual"
INFECTION = "spinal infection not excluded"
MALIGNANCY = "malignancy of bone not excluded"
KIDNEYS = "severe kidney disease not excluded"


def _taken(code: Resource) -> Resource:
    return drug(
        "losartan",
        number="mx",
        medicationCodeableConcept=code,
        authoredOn=days_ago(60),
    )


def _atc(code: str) -> Resource:
    return codeable(ATC, code)


@pytest.mark.parametrize(
    ("code", "named"),
    [
        pytest.param(_atc("J04AM06"), INFECTION, id="four against tuberculosis"),
        pytest.param(_atc("J04AM02"), INFECTION, id="two of them"),
        pytest.param(_atc("J04AC51"), INFECTION, id="isoniazid with others"),
        pytest.param(_atc("J04AB02"), INFECTION, id="rifampicin"),
        pytest.param(_atc("J04AK01"), INFECTION, id="pyrazinamide"),
        pytest.param({"text": "Rifampin 600 mg"}, INFECTION, id="rifampin in words"),
        pytest.param(_atc("L01BC02"), MALIGNANCY, id="fluorouracil"),
        pytest.param(_atc("V03AE02"), KIDNEYS, id="sevelamer"),
        pytest.param(_atc("H05BX01"), KIDNEYS, id="cinacalcet"),
        pytest.param(_atc("B03XA02"), KIDNEYS, id="darbepoetin"),
        pytest.param({"text": "Sevelamer 800 mg"}, KIDNEYS, id="sevelamer in words"),
    ],
)
def test_such_a_drug_leaves_its_disease_open(code: Resource, named: str) -> None:
    cards = cards_of(_taken(code))
    detail = cards["rehabilitation"]["detail"]
    assert REASSURING not in detail
    assert named in detail
    if named != KIDNEYS:
        assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(_atc("J04AC01"), id="isoniazid alone prevents"),
        pytest.param(_atc("B03BA01"), id="vitamin B12"),
        pytest.param(_atc("C09CA01"), id="losartan"),
        pytest.param({"text": "Ferrous sulfate 325 mg"}, id="iron"),
    ],
)
def test_other_drugs_leave_nothing_open(code: Resource) -> None:
    assert REASSURING in cards_of(_taken(code))["rehabilitation"]["detail"]


def _detail_beside(code: str) -> str:
    day = days_ago(5)
    listed = problem(
        "x",
        number="g",
        code=codeable(ICD, code),
        onsetDateTime=day,
        recordedDate=day,
    )
    return str(cards_of(listed)["rehabilitation"]["detail"])


@pytest.mark.parametrize(
    "code",
    [
        *("E44.0", "E46", "E88.A", "I77.0", "Z76.82"),
        *("V00.321A", "W20.8XXA", "W22.11XA", "W23.0XXA", "W24.0XXA", "W30.9XXA"),
        *("W31.0XXA", "W55.12XA", "W77.XXXA", "W86.0XXA", "X81.0XXA", "Y01.XXXA"),
    ],
)
def test_such_a_code_is_not_harmless(code: str) -> None:
    assert REASSURING not in _detail_beside(code)


@pytest.mark.parametrize(
    "code",
    [
        *("W01.0XXA", "W06.XXXA", "W10.8XXA", "W18.30XA", "W19.XXXA", "V00.811A"),
        *("W26.0XXA", "W54.0XXA", "W57.XXXA", "X50.0XXA", "X58.XXXA"),
        *("Y92.009", "Y93.01", "Y99.8"),
    ],
)
def test_causes_of_little_energy_are(code: str) -> None:
    assert REASSURING in _detail_beside(code)
