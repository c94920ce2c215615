"""Values under names of other measures, and T-scores as reports write them, read as a careful person reads them.

What a case expects was written before it was run.
"""

from typing import Any

import pytest

from tests.gathered_records import read

LOINC = "http://loinc.org"
MEASURES = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"


def value_of(name: str, observation: dict[str, Any]) -> float | None:
    """The value of a finding; None for a gap."""
    known = read({"observations": [observation]}).known.get(name)
    return None if known is None else float(known.value)


MNA = {"system": MEASURES, "code": "mna-score", "value": 12, "unit": "{score}"}
GRIP = {"system": LOINC, "code": "83174-3", "value": 21, "unit": "kg"}
LEAN = {"system": MEASURES, "code": "appendicular-lean-mass", "value": 17, "unit": "kg"}
INDEX = {
    "system": MEASURES,
    "code": "appendicular-muscle-index",
    "value": 6.1,
    "unit": "kg/m2",
}
GAIT = {"system": LOINC, "code": "83172-7", "value": 0.7, "unit": "m/s"}
BMI = {"system": LOINC, "code": "39156-5", "value": 22, "unit": "kg/m2"}
WEIGHT = {"system": LOINC, "code": "29463-7", "value": 61, "unit": "kg"}
HEIGHT = {"system": LOINC, "code": "8302-2", "value": 162, "unit": "cm"}
PAIN = {"system": LOINC, "code": "72514-3", "value": 7, "unit": "{score}"}
T_SCORE = {"system": LOINC, "code": "38267-1", "value": -2.7, "unit": "{T-score}"}

NAMES = [
    pytest.param("mna-score", MNA, text, used, id=f"MNA-{text}")
    for used, texts in (
        (
            False,
            (
                *(
                    "MNA-SF",
                    "MNA short form",
                    "Mini Nutritional Assessment Short Form",
                    "MUST",
                    "MUST score",
                ),
                *(
                    "NRS-2002",
                    "NRS 2002 Gesamtscore",
                    "SNAQ",
                    "GNRI",
                    "Malnutrition Screening Tool",
                ),
                *(
                    "MNA Screening",
                    "Kurzform MNA",
                    "MNA forme courte",
                    "CONUT",
                    "微型营养评定简表",
                    "MST",
                ),
            ),
        ),
        (
            True,
            (
                "MNA",
                "MNA total score",
                "Mini Nutritional Assessment",
                "MNA Gesamtpunktzahl",
                "Full MNA",
                "Score",
            ),
        ),
    )
    for text in texts
] + [
    pytest.param(name, observation, text, used, id=f"{name}-{text}")
    for name, observation, used, texts in (
        (
            "grip-strength",
            GRIP,
            False,
            (
                *(
                    "Knee extensor strength",
                    "Knee extensors R",
                    "Quadriceps strength",
                    "Kniestrecker",
                    "Leg press",
                ),
                *(
                    "Back extension strength",
                    "Key pinch right",
                    "Elbow flexion",
                    "Kraft Hüftbeuger",
                    "30 s chair stand",
                ),
                *("Grip strength asymmetry ratio", "伸膝肌力", "膝伸展筋力", "Biceps"),
            ),
        ),
        (
            "grip-strength",
            GRIP,
            True,
            (
                *(
                    "Grip strength right",
                    "Handgrip R (Jamar)",
                    "Handkraft re.",
                    "Force de préhension",
                    "握力",
                ),
                *(
                    "Fuerza de prensión",
                    "Forza di presa",
                    "Right hand",
                    "Dynamometer R",
                    "Handdynamometrie",
                ),
            ),
        ),
        (
            "appendicular-muscle-index",
            INDEX,
            False,
            (
                "Total lean mass index",
                "Fat free mass index",
                "FFMI",
                "Lean BMI",
                "Skeletal muscle index L3 (CT)",
            ),
        ),
        (
            "appendicular-muscle-index",
            INDEX,
            True,
            ("ALM/height²", "ASMI", "Appendicular lean mass index", "SMI"),
        ),
        (
            "appendicular-lean-mass",
            LEAN,
            False,
            (
                "Total lean mass",
                "Trunk lean mass",
                "Fat free mass",
                "Whole body muscle mass",
                "Bone mass",
            ),
        ),
        (
            "appendicular-lean-mass",
            LEAN,
            True,
            ("Appendicular lean mass", "ALM", "Appendikuläre Muskelmasse"),
        ),
        (
            "gait-speed",
            GAIT,
            False,
            (
                "Timed up and go",
                "Treadmill speed",
                "Stair climb speed",
                "Nerve conduction",
            ),
        ),
        (
            "gait-speed",
            GAIT,
            True,
            (
                "Gait speed 4 m",
                "Ganggeschwindigkeit",
                "4-m walk test",
                "步速",
                "歩行速度",
            ),
        ),
        (
            "bmi",
            BMI,
            False,
            ("Fat mass index", "Waist to height ratio", "Body surface area", "FMI"),
        ),
        (
            "bmi",
            BMI,
            True,
            ("BMI", "Body mass index", "Body-Mass-Index", "IMC", "体质指数"),
        ),
        (
            "weight",
            WEIGHT,
            False,
            ("Ideal body weight", "Lean body weight", "Max lifted load", "Bag weight"),
        ),
        (
            "weight",
            WEIGHT,
            True,
            ("Weight", "Gewicht", "Poids", "Body weight measured", "体重"),
        ),
        (
            "height",
            HEIGHT,
            False,
            ("Knee height", "Sitting height", "Waist circumference", "Arm span"),
        ),
        (
            "height",
            HEIGHT,
            True,
            ("Height", "Größe", "Taille", "Standing height", "身长"),
        ),
        (
            "pain-score",
            PAIN,
            False,
            (
                "Nausea score",
                "RASS",
                "Fatigue 0-10",
                "Braden score",
                "Distress thermometer",
            ),
        ),
        (
            "pain-score",
            PAIN,
            True,
            (
                "Pain score",
                "VAS Schmerz",
                "NRS pain at rest",
                "Douleur EVA",
                "疼痛评分",
            ),
        ),
    )
    for text in texts
]


LIMITS = (
    "threshold for osteoporosis|diagnostic cut-off|Grenzwert Osteoporose|Schwellenwert"
    "|Seuil OMS|Umbral de osteoporosis|punto de corte|Soglia OMS|Drempelwaarde"
    "|wartość progowa|カットオフ値|诊断标准阈值|기준치"
)


@pytest.mark.parametrize("words", LIMITS.split("|"))
def test_the_limit_of_a_class_is_no_value_of_hers(words: str) -> None:
    for name, one in (("bmd-t-score", T_SCORE), ("grip-strength", GRIP)):
        assert value_of(name, one | {"text": words}) is None


@pytest.mark.parametrize(("name", "observation", "text", "is_used"), NAMES)
def test_a_value_counts_only_under_a_name_of_its_own(name, observation, text, is_used):
    found = value_of(name, {**observation, "text": text})
    assert (found is not None) is is_used


PANEL = {"system": LOINC, "code": "83311-1"}


def part(text: str = "", code: str = "", **value: Any) -> dict[str, Any]:
    """A component with its words, its code and its value."""
    coding = {"coding": [{"system": LOINC, "code": code}]} if code else {}
    return {"code": {**coding, **({"text": text} if text else {})}, **value}


T_SCORES = [
    *(
        pytest.param(
            {"system": LOINC, "code": "38267-1", "valueString": said}, wanted, id=said
        )
        for said, wanted in {
            "-2.7 L": -2.7,
            "-2.7 (L)": -2.7,
            "-2.7SD": -2.7,
            "-2,7 SD": -2.7,
            "−2.7 SD": -2.7,
            "T-score -2.7": -2.7,
            "T-Wert: -2,7": -2.7,
            "T = -2.7": -2.7,
            "-2.7 g/cm2": None,
            "-2.7 Z": None,
            "Z-score -2.7": None,
            "-2.7 to -1.1": None,
            "-2.7 (2019)": None,
            "-2.7 / -1.9": None,
            "< -2.5": None,
            "osteoporotic": None,
            "-2.7 L, Z -1.1": -2.7,  # the Z-score is named as one
        }.items()
    ),
    pytest.param({**T_SCORE, "unit": "T-Wert"}, -2.7, id="unit T-Wert"),
    pytest.param({**T_SCORE, "text": "T-Wert LWS"}, -2.7, id="named T-Wert"),
    pytest.param(
        {**PANEL, "component": [part("T-Wert", valueString="-2,7 SD")]},
        -2.7,
        id="component T-Wert",
    ),
    pytest.param(
        {
            **PANEL,
            "component": [
                part("BMD", valueQuantity={"value": 0.71, "unit": "g/cm2"}),
                part("T-score", valueQuantity={"value": -2.7}),
                part("Z-score", valueQuantity={"value": -1.1}),
            ],
        },
        -2.7,
        id="components in words",
    ),
    pytest.param(
        {**PANEL, "component": [part("Z-score", valueQuantity={"value": -2.7})]},
        None,
        id="component Z-score",
    ),
    pytest.param(
        {**PANEL, "component": [part("TBS T-score", valueQuantity={"value": -2.7})]},
        None,
        id="component TBS T-score",
    ),
    pytest.param(
        {**PANEL, "component": [part("T-score change", valueQuantity={"value": -2.7})]},
        None,
        id="component change",
    ),
    pytest.param(
        {
            **PANEL,
            "contained": [
                {
                    "resourceType": "Observation",
                    "id": "t1",
                    "status": "final",
                    "code": {"coding": [{"system": LOINC, "code": "38267-1"}]},
                    "valueQuantity": {"value": -2.7, "unit": "{T-score}"},
                }
            ],
            "hasMember": [{"reference": "#t1"}],
        },
        -2.7,
        id="contained Observation",
    ),
    pytest.param(
        {
            **PANEL,
            "contained": [
                {
                    "resourceType": "Observation",
                    "id": "t1",
                    "status": "final",
                    "subject": {"reference": "Patient/other"},
                    "code": {"coding": [{"system": LOINC, "code": "38267-1"}]},
                    "valueQuantity": {"value": -2.7, "unit": "{T-score}"},
                }
            ],
            "hasMember": [{"reference": "#t1"}],
        },
        None,
        id="contained Observation of somebody else",
    ),
]


T_SCORES += [
    pytest.param({**T_SCORE, "text": "Target T-score"}, None, id="a target"),
    pytest.param(
        {**T_SCORE, "method": {"text": "self-reported"}},
        None,
        id="reported by the patient",
    ),
]


@pytest.mark.parametrize(("observation", "expected"), T_SCORES)
def test_a_t_score_as_reports_write_it(observation, expected):
    found = value_of("bmd-t-score", observation)
    assert found == (None if expected is None else pytest.approx(expected))
