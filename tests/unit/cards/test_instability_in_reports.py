"""Weak legs, an unstable spine and a burst fracture that a report names: understood, so they are named as open."""

import pytest

from tests.chart_builders import (
    cards_for,
    days_ago,
    kyphoplasty,
    of_patient,
    strong_and_nourished,
)
from tests.codes import ICD, codeable

RADIOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")


def detail(**members):
    report = of_patient(
        "DiagnosticReport",
        "mri",
        status="final",
        category=[RADIOLOGY],
        code={"text": "MRI lumbar spine"},
        effectiveDateTime=days_ago(5),
        **members,
    )
    card = cards_for((*strong_and_nourished(), report), kyphoplasty())
    return card["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Schwäche der Beine", "deficit"),
        ("Faiblesse des membres inférieurs", "deficit"),
        ("双下肢乏力", "deficit"),
        ("numb legs", "deficit"),
        ("spinal instability", "spinal instability"),
        ("Burst fracture L1 with 50% canal compromise", "burst fracture"),
    ],
)
def test_what_a_report_says_in_words_is_named(words, named):
    said = detail(conclusion=words)
    assert "below" not in said
    assert named in said.partition("**Not known:**")[2].partition("\n")[0]


@pytest.mark.parametrize("code", ["M53.2X6", "M21.371"])
def test_what_a_report_says_by_code_is_named(code):
    said = detail(conclusionCode=[codeable(ICD, code)])
    assert "below" not in said
    assert "not excluded" in said


def test_a_report_that_denies_them_is_read():
    assert "below" in detail(conclusion="No spinal instability. No burst fracture.")
