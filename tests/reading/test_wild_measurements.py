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
INDEX = {"system": MEASURES, "code": "appendicular-muscle-index", "value": 6.1, "unit": "kg/m2"}
GAIT = {"system": LOINC, "code": "83172-7", "value": 0.7, "unit": "m/s"}
BMI = {"system": LOINC, "code": "39156-5", "value": 22, "unit": "kg/m2"}
WEIGHT = {"system": LOINC, "code": "29463-7", "value": 61, "unit": "kg"}
HEIGHT = {"system": LOINC, "code": "8302-2", "value": 162, "unit": "cm"}
PAIN = {"system": LOINC, "code": "72514-3", "value": 7, "unit": "{score}"}

NAMES = [
    pytest.param("mna-score", MNA, text, used, id=f"MNA-{text}")
    for used, texts in (
        (
            False,
            (
                *("MNA-SF", "MNA short form", "Mini Nutritional Assessment Short Form", "MUST", "MUST score"),
                *("NRS-2002", "NRS 2002 Gesamtscore", "SNAQ", "GNRI", "Malnutrition Screening Tool"),
                *("MNA Screening", "Kurzform MNA", "MNA forme courte", "CONUT", "微型营养评定简表", "MST"),
            ),
        ),
        (True, ("MNA", "MNA total score", "Mini Nutritional Assessment", "MNA Gesamtpunktzahl", "Full MNA", "Score")),
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
                *("Knee extensor strength", "Knee extensors R", "Quadriceps strength", "Kniestrecker", "Leg press"),
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
                *("Grip strength right", "Handgrip R (Jamar)", "Handkraft re.", "Force de préhension", "握力"),
                *("Fuerza de prensión", "Forza di presa", "Right hand", "Dynamometer R", "Handdynamometrie"),
            ),
        ),
        (
            "appendicular-muscle-index",
            INDEX,
            False,
            ("Total lean mass index", "Fat free mass index", "FFMI", "Lean BMI", "Skeletal muscle index L3 (CT)"),
        ),
        ("appendicular-muscle-index", INDEX, True, ("ALM/height²", "ASMI", "Appendicular lean mass index", "SMI")),
        (
            "appendicular-lean-mass",
            LEAN,
            False,
            ("Total lean mass", "Trunk lean mass", "Fat free mass", "Whole body muscle mass", "Bone mass"),
        ),
        ("appendicular-lean-mass", LEAN, True, ("Appendicular lean mass", "ALM", "Appendikuläre Muskelmasse")),
        ("gait-speed", GAIT, False, ("Timed up and go", "Treadmill speed", "Stair climb speed", "Nerve conduction")),
        ("gait-speed", GAIT, True, ("Gait speed 4 m", "Ganggeschwindigkeit", "4-m walk test", "步速", "歩行速度")),
        ("bmi", BMI, False, ("Fat mass index", "Waist to height ratio", "Body surface area", "FMI")),
        ("bmi", BMI, True, ("BMI", "Body mass index", "Body-Mass-Index", "IMC", "体质指数")),
        ("weight", WEIGHT, False, ("Ideal body weight", "Lean body weight", "Max lifted load", "Bag weight")),
        ("weight", WEIGHT, True, ("Weight", "Gewicht", "Poids", "Body weight measured", "体重")),
        ("height", HEIGHT, False, ("Knee height", "Sitting height", "Waist circumference", "Arm span")),
        ("height", HEIGHT, True, ("Height", "Größe", "Taille", "Standing height", "身长")),
        ("pain-score", PAIN, False, ("Nausea score", "RASS", "Fatigue 0-10", "Braden score", "Distress thermometer")),
        ("pain-score", PAIN, True, ("Pain score", "VAS Schmerz", "NRS pain at rest", "Douleur EVA", "疼痛评分")),
    )
    for text in texts
]


@pytest.mark.parametrize(("name", "observation", "text", "is_used"), NAMES)
def test_a_value_counts_only_under_a_name_of_its_own(name, observation, text, is_used):
    found = value_of(name, {**observation, "text": text})
    assert (found is not None) is is_used
