"""T-scores as reports write them, and values under names of other measures.

What a case expects was written, with its source, before it was run.
"""

from typing import Any

import pytest

from tests.gathered_records import read, with_misses

LOINC = "http://loinc.org"
MEASURES = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"


def value_of(name: str, observation: dict[str, Any]) -> float | None:
    """The value of a finding; None for a gap."""
    known = read({"observations": [observation]}).known.get(name)
    return None if known is None else float(known.value)


SPINE = {"system": LOINC, "code": "38267-1"}
PANEL = {"system": LOINC, "code": "83311-1"}


def part(text: str, **value: Any) -> dict[str, Any]:
    """A component with its words and its value."""
    return {"code": {"text": text}, **value}


def member(code: str, value: float) -> dict[str, Any]:
    """A panel that holds one Observation of its own."""
    held = {
        "resourceType": "Observation",
        "id": "one",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "valueQuantity": {"value": value, "unit": "{T-score}"},
    }
    return {**PANEL, "contained": [held], "hasMember": [{"reference": "#one"}]}


# osteoporose.de and ihrarzt.de (T-Wert, SD); radiopaedia.org 45996 ("T-score of - 2.7");
# unusualsymptom.info (UCSF report: "T-score= -2.2"); kegg.jp (YAM); US Core 8.0.1
# example dxa-hip-l-t-score-bmd (-1.62); LOINC 83311-1, 85394-5 and 38266-3.
T_SCORES = [
    *(
        pytest.param({**SPINE, "valueString": said}, wanted, id=f"t-scores-{said}")
        for said, wanted in {
            "- 2.7": -2.7,
            "T-score= -2.2": -2.2,
            "T-Score: -2,9 SD": -2.9,
            "T-Wert LWS: -3,1": -3.1,
            "T值 -2.7": -2.7,
            "T值：-3.1SD": -3.1,
            "Tスコア -2.8": -2.8,
            "Score T : -2,6 DS": -2.6,
            "+0.7": 0.7,
            "-2.7 SD below peak bone mass": -2.7,
            "YAM 68%": None,
            "-0.7 (Z)": None,
            "Z-Wert -1,9": None,
            "0.637 g/cm²": None,
            "-27": None,
            "unable to measure (hardware)": None,
        }.items()
    ),
    pytest.param(
        {**SPINE, "value": -2.7, "unit": "SD"}, -2.7, id="t-scores-quantity in SD"
    ),
    pytest.param(
        {**SPINE, "value": 68, "unit": "%"}, None, id="t-scores-quantity in per cent"
    ),
    pytest.param(
        {**SPINE, "value": -2.7, "unit": "Z-score"}, None, id="t-scores-unit Z-score"
    ),
    pytest.param(
        {
            "system": LOINC,
            "code": "80946-7",
            "value": -1.62,
            "unit": "T-Score",
            "site": "Left total hip",
        },
        -1.62,
        id="t-scores-left hip of US Core",
    ),
    pytest.param(
        {"system": LOINC, "code": "38266-3", "value": -2.7, "unit": "{T-score}"},
        None,
        id="t-scores-heel",
    ),
    pytest.param(
        {**PANEL, "component": [part("T-score L1-L4", valueString="-2.9")]},
        -2.9,
        id="t-scores-component with its region",
    ),
    pytest.param(
        {
            **PANEL,
            "component": [
                part("Z-Wert LWS", valueString="-1,2"),
                part("T-Wert LWS", valueString="-2,6"),
            ],
        },
        -2.6,
        id="t-scores-components of a German report",
    ),
    pytest.param(
        {**PANEL, "component": [part("Z-Wert LWS", valueString="-2,6")]},
        None,
        id="t-scores-component Z-Wert alone",
    ),
    pytest.param(member("38267-1", -3.2), -3.2, id="t-scores-contained T-score"),
    pytest.param(member("85394-5", -3.2), None, id="t-scores-contained Z-score"),
]


GAP = "safe: a gap, the words around the number are not read"
MISSES = {
    "-+0.7": "safe: a gap, without a unit it may be a density",
    "--2.7 SD below peak bone mass": GAP,
}


@pytest.mark.parametrize(("observation", "expected"), with_misses(T_SCORES, MISSES))
def test_a_written_t_score(observation, expected):
    found = value_of("bmd-t-score", observation)
    assert found == (None if expected is None else pytest.approx(expected))


MNA = {"system": MEASURES, "code": "mna-score", "value": 12, "unit": "{score}"}
GRIP = {"system": LOINC, "code": "83174-3", "value": 21, "unit": "kg"}
LEAN = {"system": MEASURES, "code": "appendicular-lean-mass", "value": 17, "unit": "kg"}
GAIT = {"system": LOINC, "code": "83172-7", "value": 0.7, "unit": "m/s"}
BMI = {"system": LOINC, "code": "39156-5", "value": 22, "unit": "kg/m2"}
WEIGHT = {"system": LOINC, "code": "29463-7", "value": 61, "unit": "kg"}
PAIN = {"system": LOINC, "code": "72514-3", "value": 7, "unit": "{score}"}
T_SCORE = {**SPINE, "value": -2.7, "unit": "{T-score}"}

# mna-elderly.com (form: Screening score, subtotal max. 14 points; Malnutrition Indicator
# Score, max. 30); the others by general knowledge: EWGSOP2
# (ASM against SMM), the names of dynamometry, PHQ-9, Borg and TBS.
NAMES = [
    pytest.param(name, observation, text, used, id=f"names-{name}-{text}")
    for name, observation, used, texts in (
        (
            "mna-score",
            MNA,
            False,
            ("MNA®-SF", "Screening score (subtotal max. 14 points)", "PG-SGA"),
        ),
        ("mna-score", MNA, True, ("Malnutrition Indicator Score (max. 30 points)",)),
        (
            "grip-strength",
            GRIP,
            False,
            ("Hip abductor strength L", "M. quadriceps HHD", "Tip pinch R"),
        ),
        (
            "grip-strength",
            GRIP,
            True,
            ("Siła uścisku ręki prawej", "Handknijpkracht rechts", "右手握力"),
        ),
        (
            "appendicular-lean-mass",
            LEAN,
            False,
            ("Whole body lean mass (DXA)", "Masse maigre totale", "SMM (BIA)"),
        ),
        ("appendicular-lean-mass", LEAN, True, ("ASM (DXA)", "四肢骨骼肌量")),
        ("gait-speed", GAIT, False, ("TUG", "Cadence")),
        ("gait-speed", GAIT, True, ("Usual gait speed (4MWT)",)),
        ("bmi", BMI, False, ("BMI percentile", "BMI z-score")),
        ("bmi", BMI, True, ("Body mass index (BMI) [Ratio]",)),
        ("weight", WEIGHT, False, ("Goal weight", "Usual body weight before illness")),
        ("weight", WEIGHT, True, ("Gewicht bei Aufnahme",)),
        ("pain-score", PAIN, False, ("PHQ-9 total", "Borg dyspnea 0-10")),
        ("pain-score", PAIN, True, ("疼痛NRS评分",)),
        ("bmd-t-score", T_SCORE, False, ("Z-score L1-L4", "TBS", "DXA LWS Z-Wert")),
    )
    for text in texts
]


@pytest.mark.parametrize(("name", "observation", "text", "is_used"), NAMES)
def test_a_name_of_another_measure(name, observation, text, is_used):
    found = value_of(name, {**observation, "text": text})
    assert (found is not None) is is_used
