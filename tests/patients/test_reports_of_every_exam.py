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
