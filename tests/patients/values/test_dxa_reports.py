"""A report of bone density that says more than the T-score beside it."""

import pytest

from tests.chart_builders import (
    days_ago,
    measured,
    of_patient,
)
from tests.codes import CPT, ICD, LOINC, codeable
from tests.patients.reassuring import card_of

DXA = codeable(LOINC, "38269-7")
RADIOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")

# How reports print the classes of the WHO (Kanis 1994), whoever they are about.
WHO = (
    "WHO criteria: Normal: T-score at or above -1.0 SD. Osteopenia: T-score between "
    "-1.0 and -2.5 SD. Osteoporosis: T-score at or below -2.5 SD."
)
DEFINITIONS = (
    WHO,
    "Normal T-score above -1.0, osteopenia between -1.0 and -2.5, osteoporosis < -2.5.",
    "T -1.0 or above is normal; between -1.0 and -2.5 osteopenia; < -2.5 osteoporosis.",
    "WHO:\nNormal >= -1\nLow bone mass (osteopenia -1 to -2.5)\nOsteoporosis <= -2.5",
    "WHO-Definition: Normal > -1,0; Osteopenie -1,0 bis -2,5; Osteoporose < -2,5",
    "OMS : normal > -1 ; ostéopénie entre -1 et -2,5 ; ostéoporose < -2,5",
    "正常：T值 ≥ -1.0；骨量减少：-1.0 至 -2.5；骨质疏松：T值 ≤ -2.5。",
)


def report(conclusion=None, *, days=10, **members):
    said = {"code": DXA, "status": "final", "effectiveDateTime": days_ago(days)}
    said |= {"category": [RADIOLOGY], "conclusion": conclusion}
    return of_patient("DiagnosticReport", "dxa", **said | members)


def scanned(**members):
    said = {"code": codeable(CPT, "77080"), "status": "completed"}
    said["performedDateTime"] = days_ago(10)
    return of_patient("Procedure", "scan", **said | members)


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        pytest.param(report("T-score of the femoral neck -3.1."), "lower", id="lower"),
        pytest.param(report("T-score hip −2,1"), "lower", id="comma"),
        pytest.param(report("Femoral neck minus 3.1"), "lower", id="in words"),
        pytest.param(report("Osteoporosis."), "osteoporosis", id="osteoporosis"),
        pytest.param(report("Osteoporose"), "osteoporosis", id="German"),
        pytest.param(report("Ostéoporose"), "osteoporosis", id="French"),
        pytest.param(
            report("Normal spine. Osteoporosis of the hip."),
            "osteoporosis",
            id="second sentence",
        ),
        pytest.param(
            report(conclusionCode=[codeable(ICD, "M81.0")]), "osteoporosis", id="coded"
        ),
        pytest.param(
            report(conclusionCode=[{"text": "T-score -3.1"}]), "lower", id="code's text"
        ),
        pytest.param(
            report("T-score -3.1", code={"text": "Imaging"}), "lower", id="title"
        ),
        pytest.param(
            report("T-score -3.1", effectiveDateTime=None), "lower", id="no day"
        ),
        pytest.param(report("T-score -3.1", days=300), "lower", id="still fresh"),
        pytest.param(scanned(note=[{"text": "hip -3.1"}]), "lower", id="procedure"),
        pytest.param(
            report("Osteoporosis (T-score < -2.5)."), "osteoporosis", id="limit alone"
        ),
        pytest.param(
            report(f"Osteoporosis of the hip. {WHO}"), "osteoporosis", id="beside WHO"
        ),
        pytest.param(report(f"{WHO} Hip -3.1."), "lower", id="number after WHO"),
        pytest.param(
            report("Osteoporosis by WHO (normal > -1.0, osteopenia -1.0 to -2.5)"),
            "osteoporosis",
            id="classes in brackets",
        ),
        pytest.param(
            report("Spine osteopenia, -1.0 to -2.5. Hip osteoporosis, below -2.5."),
            "osteoporosis",
            id="two classes of a person",
        ),
        pytest.param(
            scanned(outcome={"text": "osteoporosis"}), "osteoporosis", id="outcome"
        ),
    ],
)
def test_what_a_report_of_bone_density_says_reassures_nobody(entry, named):
    card = card_of(entry)
    unknown = card["detail"].partition("**Not known:**")[2]
    assert "T-score" in unknown
    assert f"a report of bone density names {named}" in unknown.replace(
        "a lower", named
    )
    assert "below" not in card["detail"]
    assert "3.1" not in card["detail"], "a number in prose is no value"


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(report("T-score -1.5 spine, -1.1 hip. Osteopenia."), id="same"),
        pytest.param(report("No osteoporosis."), id="denied"),
        pytest.param(report("Keine Osteoporose."), id="denied in German"),
        pytest.param(report("T-score -1.5, BMD -3.2 % since 2024"), id="a change"),
        *(
            pytest.param(report(f"T-score -1.5. {one}"), id=f"definition {number}")
            for number, one in enumerate(DEFINITIONS)
        ),
        pytest.param(report("T-score -3.1", status="entered-in-error"), id="error"),
        pytest.param(report("T-score -3.1", days=900), id="years ago"),
        pytest.param(report("T-score -3.1", days=-3), id="after the signing"),
        pytest.param(
            report("Osteoporotic fracture of L1.", code={"text": "MRI lumbar spine"}),
            id="no report of density",
        ),
    ],
)
def test_what_is_no_lower_value_changes_nothing(entry):
    assert "below the usual" in card_of(entry)["detail"]


def test_what_was_measured_at_another_place_that_day_is_judged_by_its_place():
    def detail(*entries):
        lateral = measured("bmd-t-score", -3.1, number="older", days=400)
        return card_of(lateral, *entries)["detail"]

    assert detail(report("T-score -3.1", days=400)) == detail()


@pytest.mark.parametrize(
    "words",
    [
        *("VFA shows moderate wedge deformity of T8", "VFA: grade 2 deformity T8"),
        *("YAM 55%", "very low bone density", "High fracture risk", "骨密度很低"),
        *(
            "Endplate destruction with paravertebral abscess",
            "Hohes Frakturrisiko",
            "骨折风险高",
        ),
    ],
)
@pytest.mark.parametrize("code", [DXA, {"text": "DXA bone density"}])
def test_a_report_of_bone_density_in_other_words_reassures_nobody(code, words):
    assert "below" not in card_of(report(words, code=code))["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "3.4 SD below young adult mean",
        "T-score of negative 3.4",
        "T值-3.4",
        "T 値：-3.4",
    ],
)
def test_a_number_below_zero_is_one_however_it_is_said(words):
    card = card_of(report(words))
    assert "a report of bone density names a lower one" in card["detail"]
    assert "below" not in card["detail"]


@pytest.mark.parametrize(
    "title",
    [
        pytest.param({"text": "MRI lumbar spine, DXA"}, id="MRI"),
        pytest.param({"text": "CT lumbar spine and bone densitometry"}, id="CT"),
    ],
)
@pytest.mark.parametrize("words", ["Cord signal change", "T-score -1.5 yesterday"])
def test_a_title_that_names_images_as_well_is_held_to_their_rule(title, words):
    assert "below" not in card_of(report(words, code=title))["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Findings: L1-L4 BMD 0.912 g/cm², T-score -1.5. Femoral neck T-score -1.2.",
        "Impression: Osteopenia. Recommend calcium and vitamin D.",
        "Compared to 2023, BMD decreased by 2 %. No significant change of the hip.",
        "Technique: DXA of the lumbar spine and both hips on a Hologic Horizon.",
        *("Osteopenie der LWS. T-Wert -1,5.", "骨量减少，T值 -1.5", "骨密度正常"),
        "Ostéopénie du rachis lombaire, T-score -1,5",
    ],
)
def test_an_ordinary_report_of_bone_density_changes_nothing(words):
    assert "below the usual" in card_of(report(words))["detail"]
