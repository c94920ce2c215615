"""Values as results are sent from wards and laboratories, each with its source, read as a careful person reads them.

What a case expects was written before it was run.
"""

from typing import Any

import pytest

from tests.gathered_records import each, read

LOINC = "http://loinc.org"
MEASURES = "https://kyphoplasty-cds.org/fhir/CodeSystem/measures"
SPINE_T, FEMUR_T = "38267-1", "38263-0"
BY_CODE = {
    "mna-score": {"system": MEASURES, "code": "mna-score", "value": 12, "unit": "1"},
    "grip-strength": {"system": LOINC, "code": "83174-3", "value": 21, "unit": "kg"},
    "appendicular-lean-mass": {
        "system": MEASURES,
        "code": "appendicular-lean-mass",
        "value": 17,
        "unit": "kg",
    },
    "appendicular-muscle-index": {
        "system": MEASURES,
        "code": "appendicular-muscle-index",
        "value": 6.1,
        "unit": "kg/m2",
    },
    "gait-speed": {"system": LOINC, "code": "83172-7", "value": 0.7, "unit": "m/s"},
    "bmi": {"system": LOINC, "code": "39156-5", "value": 22, "unit": "kg/m2"},
    "weight": {"system": LOINC, "code": "29463-7", "value": 61, "unit": "kg"},
    "height": {"system": LOINC, "code": "8302-2", "value": 162, "unit": "cm"},
    "bmd-t-score": {
        "system": LOINC,
        "code": SPINE_T,
        "value": -1.2,
        "unit": "{T-score}",
    },
}


def value_of(name: str, *observations: dict[str, Any], **lists: Any) -> float | None:
    """The value of a finding; None for a gap."""
    known = read({"observations": observations, **lists}).known.get(name)
    return None if known is None else float(known.value)


def named(name: str, source: str, *texts: str, is_own: bool = False) -> list[Any]:
    """One parameter for each text that stands under the usual code of a measure."""
    return [
        pytest.param(name, text, is_own, source, id=f"{name}-{text}") for text in texts
    ]


NAMES = [
    *named(
        "mna-score",
        "mna-elderly.com: MNA-SF 0-14 and full MNA 0-30; BAPEN MUST; ESPEN NRS-2002",
        "MNA-SF (0-14)",
        "Mini Nutritional Assessment – Kurzform",
        "MUST-Score Station 4B",
        "PG-SGA total",
        "CONUT score",
        "微型营养评定简表 MNA-SF",
    ),
    *named(
        "mna-score",
        "mna-elderly.com: the full form",
        "MNA total score",
        "Mini Nutritional Assessment",
        is_own=True,
    ),
    *named(
        "grip-strength",
        "LOINC group of muscle strength; physiotherapy assessment sheets",
        "Lateral pinch right (key pinch)",
        "Knee extensors, handheld dynamometer",
        "Kniestrecker rechts, Handdynamometer",
        "Force de pince latérale droite",
        "Fuerza de pinza derecha",
        "右手ピンチ力",
        "膝伸展筋力",
        "捏力 右手",
    ),
    *named(
        "grip-strength",
        "LOINC 83174-3 in the words of wards",
        "Handkraft rechts",
        "Force de préhension main droite",
        "Fuerza prensil mano derecha",
        "Forza di presa mano destra",
        "右手握力",
        is_own=True,
    ),
    *named(
        "appendicular-lean-mass",
        "Hologic and Lunar body composition reports: total, trunk, fat free",
        "Total lean mass",
        "Trunk lean mass",
        "Fettfreie Masse gesamt",
        "Masse maigre totale",
    ),
    *named(
        "appendicular-muscle-index",
        "EWGSOP2, FNIH (ALM/BMI) and oncology (SMI at L3 by CT): other indices",
        "Total lean mass",
        "FFMI",
        "L3 skeletal muscle index (CT)",
        "ALM/BMI (FNIH)",
    ),
    *named(
        "gait-speed",
        "geriatric assessment sheets",
        "Timed up and go",
        "Stair climb speed",
        "Treadmill speed",
    ),
    *named(
        "bmi",
        "growth and dietetics flowsheets of EHRs",
        "BMI Z-score",
        "Target BMI",
        "Ziel-BMI",
        "BMI percentile",
    ),
    *named(
        "bmi",
        "LOINC 39156-5 in the words of wards",
        "Body mass index (BMI) [Ratio]",
        "IMC",
        "体质指数",
        is_own=True,
    ),
    *named(
        "weight",
        "dietetics and dialysis flowsheets",
        "Ideal body weight",
        "Zielgewicht",
        "Weight loss in 6 months",
        "Poids idéal",
    ),
    *named(
        "height",
        "dietetics flowsheets: estimates for patients who cannot stand",
        "Knee height",
        "Arm span",
        "Sitting height",
    ),
    *named(
        "bmd-t-score",
        "heel ultrasound, QCT and Z-scores in DXA reports; ISCD 2019 positions",
        "Z-score L1-L4",
        "T-score calcaneus (QUS)",
        "Fersenbein T-Wert",
        "跟骨超声 T值",
        "Z-Wert LWS",
        "Talón, ecografía: T-score",
        "Pięta, T-score",
    ),
    *named(
        "bmi",
        "the same flowsheets, a second time",
        "BMI docelowe",
        "理想BMI",
        "BMI of mother",
        "Pre-pregnancy BMI",
    ),
    *named(
        "weight",
        "the same flowsheets, a second time",
        "Poids cible",
        "Peso objetivo",
        "目标体重",
        "Usual body weight",
        "Adjusted body weight",
        "Dry weight",
        "Weight at age 25",
        "Weight 6 months ago",
        "Stated weight",
        "Gewicht vor 6 Monaten",
    ),
    *named(
        "height",
        "the same flowsheets, a second time",
        "Soll-Größe",
        "Height at age 25",
        "Maximum adult height",
    ),
    *named(
        "grip-strength",
        "the same flowsheets, a second time",
        "Grip strength % predicted",
    ),
    *named(
        "gait-speed",
        "the same flowsheets, a second time",
        "Gait speed goal",
    ),
    *named(
        "grip-strength",
        "the same flowsheets, a second time",
        "Siła uścisku ręki prawej",
        is_own=True,
    ),
    *named(
        "weight",
        "the same flowsheets, a second time",
        "Body weight (measured)",
        "Peso corporal",
        "Admission weight",
        is_own=True,
    ),
    *named(
        "bmi",
        "the same flowsheets, a second time",
        "BMI (calculated)",
        "Body-Mass-Index",
        is_own=True,
    ),
    *named(
        "height",
        "the same flowsheets, a second time",
        "Taille debout",
        is_own=True,
    ),
    *named(
        "gait-speed",
        "the same flowsheets, a second time",
        "4-Meter-Gehtest",
        is_own=True,
    ),
    *named(
        "mna-score",
        "the same flowsheets, a second time",
        "MNA full form",
        is_own=True,
    ),
    *named(
        "appendicular-muscle-index",
        "the same flowsheets, a second time",
        "ASM/height²",
        is_own=True,
    ),
    *named(
        "appendicular-muscle-index",
        "the same flowsheets, a second time",
        "ALM/weight",
    ),
    *named(
        "appendicular-lean-mass",
        "the same flowsheets, a second time",
        "ALM",
        is_own=True,
    ),
    *named(
        "appendicular-lean-mass",
        "the same flowsheets, a second time",
        "Arms lean mass",
        "Legs lean mass",
    ),
]


@pytest.mark.parametrize(("name", "text", "is_own", "source"), NAMES)
def test_a_value_under_another_measures_name_is_not_used(name, text, is_own, source):
    found = value_of(name, {**BY_CODE[name], "text": text})
    assert (found is not None) is is_own, source


def spine(**members: Any) -> dict[str, Any]:
    """A T-score of the lumbar spine by its LOINC code."""
    return {"system": LOINC, "code": SPINE_T, **members}


def part(text: str = "", code: str = "", **value: Any) -> dict[str, Any]:
    """A component with its words, its code and its value."""
    coding = {"coding": [{"system": LOINC, "code": code}]} if code else {}
    return {"code": {**coding, **({"text": text} if text else {})}, **value}


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "unit": unit}}


PANEL = {"system": LOINC, "code": "38269-7"}
LAB = "OBX segments and result texts of DXA interfaces (HL7 v2 DXA example, 77080)"
T_SCORES = [
    *(
        pytest.param(spine(valueString=text), wanted, LAB, id=text)
        for text, wanted in {
            "-2.9 L": -2.9,
            "-2.9 *": -2.9,
            "- 2.9": -2.9,
            "–2,9": -2.9,
            "-2.9SD": -2.9,
            "-2,9 DS": -2.9,
            "-2,9 Standardabweichungen": -2.9,
            "T-Wert -2,9": -2.9,
            "T-Score LWS: -2,9": -2.9,
            "T score: -2.9 (osteoporosis)": -2.9,
            "T值 -2.9": -2.9,
            "-2.9 (Z -1.1)": -2.9,
            "Z-Wert -1,1": None,
            "YAM 62%": None,
            "see report": None,
            "-2.9; repeat, artefact": None,
            "not -2.9": None,
            "-2.9 (heel)": None,
            "-2.9 predicted": None,
            "0.791 g/cm2": None,
            "2.9": 2.9,
            "T-score lumbar spine - 2.9": -2.9,
            "T-score L1-L4 -2.9": -2.9,
            "T-Wert LWS −2,9": -2.9,
            "T-score hip: -2.9": None,
            "T-score (heel): -2.9": None,
            "T-score lumbar spine -2.9 SD": -2.9,
            "-2.9 (normal)": None,
            "-2.9 no osteoporosis": None,
            "> -1.0": None,
            "T-score spine -2.9 (osteoporosis)": -2.9,
            "T-Wert LWS: -2,9 SD (Osteoporose)": -2.9,
            "T-score: -1.8 (osteopenia)": -1.8,
            "-1.8 (osteoporosis)": None,
            "-2.9 (골다공증)": -2.9,
            "T-score -2.9 골다공증": -2.9,
            "-1.8 (골감소증)": -1.8,
            "-1.8 골결핍증": -1.8,
            "-1.8 (골다공증)": None,
            "-2.9 (골감소증)": None,
            "-2.9 (정상)": None,
            "-0.4 (골다공증)": None,
            "T-score -2.9 L": -2.9,
            "T-Wert -2,9 (Z-Wert -1,1)": -2.9,
            "Z-score -1.1 (T -2.9)": None,
            "T -2.9 / Z -1.1": None,
            "-2.9 ± 0.1": None,
            "-2.9 to -2.5": None,
            "T-score neck: -2.9": None,
            "T-score radius -2.9": None,
            "T-score L1: -2.9": None,
            "T-score 2019 -2.9": None,
            "T-score goal -1.0": None,
            "T-score previous -1.0": None,
            "T-score change -0.2": None,
            "T-score not valid -1.0": None,
            "T-score lumbar spine L1-L4: -2.9": -2.9,
            "T-score of mother -1.0": None,
        }.items()
    ),
    pytest.param(spine(**quantity(-2.9, "SD")), -2.9, LAB, id="unit SD"),
    pytest.param(spine(**quantity(-2.9, "T")), None, LAB, id="unit T, of tesla"),
    pytest.param(spine(**quantity(-2.9, "Z")), None, LAB, id="unit Z"),
    pytest.param(spine(**quantity(-2.9, "g/cm2")), None, LAB, id="unit g/cm2"),
    pytest.param(
        {
            **PANEL,
            "component": [
                part("BMD L1-L4", **quantity(0.79, "g/cm2")),
                part("T-score L1-L4", **quantity(-2.9, "SD")),
                part("Z-score L1-L4", **quantity(-1.1, "SD")),
            ],
        },
        -2.9,
        "components of a DXA panel by their words alone",
        id="components in words",
    ),
    pytest.param(
        {
            **PANEL,
            "component": [
                part("Z-Wert LWS", valueString="-1,1"),
                part("T-Wert LWS", valueString="-2,9"),
            ],
        },
        -2.9,
        "DXA-Befund, Teilwerte als Text",
        id="German components as text",
    ),
    pytest.param(
        {**PANEL, "component": [part("Z-score L1-L4", **quantity(-1.1, "SD"))]},
        None,
        "a panel whose only part is a Z-score",
        id="only a Z-score",
    ),
    pytest.param(
        {**PANEL, "component": [part("T-score, calcaneus", **quantity(-1.0, "SD"))]},
        None,
        "heel ultrasound sent as a bone density panel",
        id="heel component",
    ),
    pytest.param(
        spine(valueString="-2.9", note=[{"text": "QCT L1-L2, predicted T-score"}]),
        None,
        "evidence page: predicted or opportunistic T-score from CT",
        id="QCT in the note",
    ),
    pytest.param(
        spine(**quantity(-1.0, "SD"), bodySite={"text": "Calcaneus left"}),
        None,
        "evidence page: heel",
        id="heel as body site",
    ),
    pytest.param(
        spine(
            **quantity(-1.0, "SD"), device={"display": "Achilles heel ultrasonometer"}
        ),
        None,
        "evidence page: QUS; the device says it",
        id="heel device",
    ),
    *(
        pytest.param(spine(valueString=text), wanted, LAB, id=f"a line: {text}")
        for text, wanted in {
            "-3,1 (T-score)": -3.1,
            "-3.1 (T-Wert)": -3.1,
            "-3,1 SD (T-score)": -3.1,
            "minus 2.7": -2.7,
            "T-Wert minus 2,7": -2.7,
            "负2.9": -2.9,
            "マイナス2.6": -2.6,
            "T-score -2,6; Z-score -0,7": -2.6,
            "-3.1 (Z-score)": None,
            "minus -2.7": None,
            "-2.6; -1.9": None,
            "-2.8 ± 0.1": None,
            "-0.7 Z-score, T -2.6": None,
            "-1.2 (T-score), osteoporosis": None,
            "minus 1.2 osteoporosis": None,
            "-2.6, Z": None,
        }.items()
    ),
    *(
        pytest.param(
            {**PANEL, "component": [part(name, **quantity(-2.9, "SD"))]},
            wanted,
            LAB,
            id=f"a part: {name}",
        )
        for name, wanted in {
            "腰椎 Tスコア": -2.9,
            "腰椎T值": -2.9,
            "요추 T점수": -2.9,
            "wskaźnik T": -2.9,
            "踵骨 Tスコア": None,
            "跟骨 T值": None,
            "종골 T점수": None,
            "대전자 T점수": None,
        }.items()
    ),
]


@pytest.mark.parametrize(("observation", "expected", "source"), T_SCORES)
def test_a_t_score_as_results_are_sent(observation, expected, source):
    found = value_of("bmd-t-score", observation)
    assert found == (None if expected is None else pytest.approx(expected)), source


CONTAINED = {
    "resourceType": "Observation",
    "id": "spine-t",
    "status": "final",
    "code": {"coding": [{"system": LOINC, "code": SPINE_T}], "text": "T-score L1-L4"},
    "subject": {"reference": "Patient/pat-1"},
    "effectiveDateTime": "2026-11-02",
    "valueQuantity": {"value": -2.9, "unit": "SD"},
}


def contained(**members: Any) -> dict[str, Any]:
    """A panel that holds its T-score inside itself."""
    inner = {**CONTAINED, **members}
    held = {name: value for name, value in inner.items() if value is not None}
    return {
        **PANEL,
        "contained": [held],
        "hasMember": [{"reference": "#spine-t"}],
    }


HELD = [
    pytest.param(contained(), -2.9, id="final"),
    pytest.param(contained(status="entered-in-error"), None, id="in error"),
    pytest.param(contained(status="preliminary"), None, id="preliminary"),
    pytest.param(
        contained(subject={"reference": "Patient/another"}), None, id="of another"
    ),
    pytest.param(
        contained(bodySite={"text": "Heel"}, valueQuantity={"value": -1.0}),
        None,
        id="heel",
    ),
    pytest.param(contained(effectiveDateTime="2011-03-01"), None, id="15 years old"),
]


@pytest.mark.parametrize(("observation", "expected"), HELD)
def test_a_t_score_held_inside_its_panel(observation, expected):
    found = value_of("bmd-t-score", observation)
    assert found == (None if expected is None else pytest.approx(expected))


PAT = {"reference": "Patient/pat-1"}
NUMBER = {"system": "urn:oid:1.2.276.0.76.4.7", "value": "77"}
OF_ONE = [
    pytest.param({**PAT, "display": "Muster, Olive"}, PAT, id="a name outside"),
    pytest.param(PAT, {**PAT, "display": "Muster, Olive"}, id="a name inside"),
    pytest.param(
        {**PAT, "display": "MUSTER"}, {**PAT, "display": "Muster"}, id="two spellings"
    ),
    pytest.param({**PAT, "type": "Patient"}, PAT, id="a type outside"),
    pytest.param(PAT, {**PAT, "type": "Patient"}, id="a type inside"),
    pytest.param({**PAT, "identifier": NUMBER}, PAT, id="a number outside"),
    pytest.param(PAT, {**PAT, "identifier": NUMBER}, id="a number inside"),
    pytest.param({**PAT, "display": "Muster"}, None, id="none inside"),
]
NOT_OF_ONE = [
    pytest.param({"reference": "Patient/another", "display": "Muster"}, id="another"),
    pytest.param({"display": "Muster"}, id="a name alone"),
    pytest.param({"identifier": NUMBER}, id="a number alone"),
    pytest.param({**PAT, "identifier": {**NUMBER, "value": "78"}}, id="its number"),
    pytest.param({**PAT, "type": "Group"}, id="a group"),
    pytest.param({**PAT, "extension": [{"url": "urn:donor"}]}, id="more is said"),
    pytest.param({"reference": "#mother"}, id="contained"),
    pytest.param({}, id="nobody"),
    pytest.param("Patient/pat-1", id="a string"),
]


@pytest.mark.parametrize(("outside", "inside"), OF_ONE)
def test_a_value_held_inside_is_of_who_is_shown_otherwise(outside, inside):
    panel = {**contained(subject=inside), "subject": outside}
    assert value_of("bmd-t-score", panel) == pytest.approx(-2.9)


@pytest.mark.parametrize("inside", NOT_OF_ONE)
def test_a_value_held_inside_and_not_clearly_of_the_patient_is_none(inside):
    outside = {**PAT, "type": "Patient", "identifier": NUMBER, "display": "Muster"}
    panel = {**contained(subject=inside), "subject": outside}
    assert value_of("bmd-t-score", panel) is None


REPORT = "reports in words: a figure in words is not a value that was sent as one"
CONCLUSIONS = [
    *each(
        "words of a DXA report give no figure that reassures",
        REPORT,
        dict.fromkeys(
            (
                "Lumbar spine T-score -1.2, hip T-score -0.8",
                "T-Wert LWS -1,1. Kontrolle in 2 Jahren.",
                "L1-L4: T值 -1.0",
            )
        ),
    )
]


@pytest.mark.parametrize(("text", "expected", "why"), CONCLUSIONS)
def test_the_words_of_a_report_are_no_value(text, expected, why):
    report = {"text": "DXA", "conclusion": text}
    assert value_of("bmd-t-score", reports=[report]) == expected, why
