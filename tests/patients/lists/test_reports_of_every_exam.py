"""Reports of imaging are asked for under every usual category of such exams."""

import pytest

from tests.codes import codeable
from tests.patients.reassuring import cards_of, end_is_selected, imaging

DEPARTMENTS = "http://terminology.hl7.org/CodeSystem/v2-0074"


@pytest.mark.parametrize(
    ("department", "title"),
    [
        ("NMS", "Bone scintigraphy"),
        ("NMS", "PET-CT"),
        ("RX", "Radiograph of the lumbar spine"),
        ("IMG", "MRI lumbar spine"),
        ("RUS", "Ultrasound of the abdomen"),
        ("XRC", "Fluoroscopy of the spine"),
    ],
)
def test_a_grave_report_of_any_exam_reassures_nobody(department, title):
    report = imaging(
        "Multiple bone metastases, L1 included.",
        category=[codeable(DEPARTMENTS, department)],
        code={"text": title},
    )
    cards = cards_of(report)
    assert "below" not in cards["rehabilitation"]["detail"]
    assert "not excluded" in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


LOINC_PATHOLOGY = codeable("http://loinc.org", "LP7839-6")


def pathology(conclusion, *, title="Surgical pathology", category=None):
    kind = category or codeable(DEPARTMENTS, "SP")
    return imaging(conclusion, days=30, category=[kind], code={"text": title})


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(
            pathology("Vertebral body L1: metastatic adenocarcinoma."), id="surgical"
        ),
        pytest.param(
            pathology(
                "Metastatic adenocarcinoma.", category=codeable(DEPARTMENTS, "PAT")
            ),
            id="pathology",
        ),
        pytest.param(
            pathology("Malignant cells.", category=codeable(DEPARTMENTS, "CP")),
            id="cytology",
        ),
        pytest.param(
            pathology("Plasma cell neoplasm.", category=LOINC_PATHOLOGY), id="LOINC"
        ),
        pytest.param(
            pathology("Invasive ductal carcinoma.", title="Breast core biopsy"),
            id="another organ",
        ),
        pytest.param(pathology("Blue round cells of L1."), id="not understood"),
        pytest.param(
            pathology("Blue round cells.", title="Colon biopsy"), id="another organ"
        ),
    ],
)
def test_a_grave_report_of_pathology_reassures_nobody(report):
    cards = cards_of(report)
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(
            pathology("Vertebral body: lamellar bone, no malignancy."), id="L1"
        ),
        pytest.param(pathology("Tubular adenoma.", title="Colon biopsy"), id="colon"),
        pytest.param(
            pathology("Basal cell carcinoma, excised.", title="Skin biopsy"), id="skin"
        ),
    ],
)
def test_a_harmless_report_of_pathology_changes_nothing(report):
    cards = cards_of(report)
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)
