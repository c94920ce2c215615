"""The fastest walk is no usual gait speed, whatever the language of its name."""

import pytest

from tests.gathered_records import BESIDE, findings_beside

MEASURES = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"
FASTEST = [
    "Ganggeschwindigkeit maximal, 10 m",
    "Ganggeschwindigkeit max.",
    "Gait speed max",
    "Vitesse de marche max",
    "Velocidad marcha máx.",
    "Velocità del cammino max",
    "Loopsnelheid (max)",
    "Prędkość chodu szybkiego",
    "歩行速度(最大)",
    "最大步行速度",
    "보행속도(최대)",
]
USUAL = [
    "Ganggeschwindigkeit 4 m, übliches Tempo",
    "Ganggeschwindigkeit, Maximum aus 2 Versuchen",
    "Gait speed, usual pace",
    "Vitesse de marche usuelle",
    "Velocidad de la marcha habitual",
    "Loopsnelheid gewoon tempo",
    "Prędkość chodu zwykła",
    "通常歩行速度",
    "日常步速",
    "평소 보행속도",
]


def speed_of(name):
    value = {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": "Patient/pat-1"},
        "effectiveDateTime": "2026-11-11",
        "code": {
            "coding": [{"system": MEASURES, "code": "gait-speed"}],
            "text": name,
        },
        "valueQuantity": {"value": 1.25, "unit": "m/s"},
    }
    return findings_beside([value], BESIDE).known.get("gait-speed")


@pytest.mark.parametrize("name", FASTEST)
def test_the_fastest_walk_is_not_used(name):
    assert speed_of(name) is None


@pytest.mark.parametrize("name", USUAL)
def test_the_usual_walk_is(name):
    assert speed_of(name).value == 1.25
