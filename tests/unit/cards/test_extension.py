"""The assessments as programs read them: the pooled model first, the studies beneath (contract)."""

import pytest

from cds_service.cards.extension import EXTENSION
from tests.chart_builders import (
    ask,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
    thin_and_weak,
)


def assessments(*record):
    has_patient = any(one["resourceType"] == "Patient" for one in record)
    chart = () if has_patient else (patient(), *quiet_lists())
    cards = ask(order_sign((*chart, *record), kyphoplasty()))
    found = next(card["extension"] for card in cards if card.get("extension"))
    return {one["outcome"]: one for one in found[EXTENSION]}


def typical(**members):
    values = {"bmi": 26, "bmd-t-score": -2.6} | members
    return assessments(*(measured(name, value) for name, value in values.items()))


def test_the_pooled_model_leads_with_all_that_belongs_to_its_figure():
    """Woman of 76: 0.1329, 5-29 % in a new hospital, 10-17 % in the same (pooled-examples.json)."""
    refracture = typical()["refracture"]
    assert (refracture["status"], refracture["headline"]) == ("assessed", "pooled-2026")
    pooled = refracture["models"][0]
    assert (pooled["model"], pooled["horizonMonths"], pooled["bone"]) == (
        "pooled-2026",
        24,
        "t",
    )
    assert pooled["baseline"] == {
        "incidence": pytest.approx(0.166, abs=0.001),
        "source": "pooled",
    }
    assert pooled["reference"] == pooled["incidence"] == pooled["baseline"]["incidence"]
    assert pooled["risk"] == pytest.approx(0.1329, abs=0.002)
    assert pooled["newHospital"] == pytest.approx([0.054, 0.291], abs=0.003)
    assert pooled["sameHospital"] == pytest.approx([0.103, 0.170], abs=0.003)
    assert pooled["band"] == "not-different"
    assert {"studyUncertainty", "inputsKnown"}.isdisjoint(pooled)


def test_an_input_has_its_value_its_source_and_what_entered():
    pooled = typical(bmi=31)["refracture"]["models"][0]
    inputs = {one["name"]: one for one in pooled["inputs"]}
    bmi = inputs["bmi"]
    assert (bmi["value"], bmi["used"], bmi["use"]) == (31, 25.0, "held")
    assert bmi["source"] == "Observation/o-bmi"
    assert inputs["sex"] | {"effect": 0} == {
        "name": "sex",
        "value": "female",
        "unit": "1",
        "source": "Patient/pat-1",
        "effect": 0,
        "use": "as-is",
        "used": True,
    }
    assert pooled["missing"] == [
        {"name": "prior-vertebral-fracture"},
        {"name": "sarcopenia"},
    ]


def test_what_is_said_stands_beside_it():
    assert typical()["refracture"]["said"] == {
        "words": "about 1 in 8",
        "usual": "1 in 6",
        "inSummary": False,
        "atLeast": False,
    }
    assert typical()["residual-pain"]["said"]["words"] == "about 1 in 5"


def test_a_study_tells_whether_the_patient_is_its_own():
    refracture = assessments(*thin_and_weak())["refracture"]
    studies = {one["model"]: one for one in refracture["models"][1:]}
    assert set(studies) == {"sarcopenia-pvm-2022", "nvcf-nomogram-2024"}
    assert studies["sarcopenia-pvm-2022"]["isTheirs"] is True
    assert studies["sarcopenia-pvm-2022"]["risk"] == pytest.approx(0.964, abs=0.01)
    assert {"risk", "band"}.isdisjoint(studies["nvcf-nomogram-2024"])  # 0.19 known


def test_residual_pain_has_no_headline():
    pain = typical()["residual-pain"]
    assert "headline" not in pain
    assert [one["model"] for one in pain["models"]] == ["residual-pain-2025"]


def test_without_an_own_figure_the_usual_stands_and_no_risk():
    refracture = assessments()["refracture"]
    assert refracture["status"] == "insufficient-data"
    assert "headline" not in refracture
    assert refracture["said"]["words"].endswith("usual 1 in 6")
    assert {"risk", "band", "newHospital"}.isdisjoint(refracture["models"][0])


def test_an_excluded_fracture_has_no_models_and_nothing_said():
    for one in assessments(problem("malignancy")).values():
        assert one["status"] == "not-applicable"
        assert {"headline", "said", "models"}.isdisjoint(one)
        assert one["concerns"] == ["excluded by malignancy of bone"]
