"""What a pharmacy's check found about the order of a drug that settles it at discharge."""

import pytest

from tests.chart_builders import drug, ordered
from tests.codes import ATC, codeable
from tests.patients.leaving import leave, leaving_chart

ALENDRONATE = codeable(ATC, "M05BA04", "Alendronic acid 70 mg")


def leaving_with(**members):
    order = drug(
        "losartan",
        number="home",
        days=1,
        medicationCodeableConcept=ALENDRONATE,
        **members,
    )
    return leave(leaving_chart(ordered("rehabilitation", days=1), order))


def inside(**members):
    issue = {"resourceType": "DetectedIssue", "id": "i", "status": "final", **members}
    return {"contained": [issue], "detectedIssue": [{"reference": "#i"}]}


WARNINGS = [
    pytest.param(
        {"detectedIssue": [{"display": "Contraindicated: oesophageal stricture"}]},
        id="display",
    ),
    pytest.param(
        {"detectedIssue": [{"reference": "DetectedIssue/1", "display": "Achalasie"}]},
        id="reference",
    ),
    pytest.param(inside(detail="Contraindicated: oesophageal stricture"), id="detail"),
    pytest.param(inside(code={"text": "Cannot sit upright"}), id="code"),
    pytest.param(
        inside(evidence=[{"code": [{"text": "Oesophageal stricture"}]}]), id="evidence"
    ),
]


@pytest.mark.parametrize("members", WARNINGS)
def test_an_issue_of_the_order_that_settles_the_drug_keeps_the_card(members):
    assert leaving_with(**members)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"detectedIssue": [{"reference": "DetectedIssue/1"}]},
        {"detectedIssue": [{"reference": "DetectedIssue/1", "type": "DetectedIssue"}]},
        inside(patient={"reference": "Patient/pat-1"}),
    ],
    ids=["none", "reference", "type", "no words"],
)
def test_an_issue_without_words_changes_nothing(members):
    assert leaving_with(**members) == []
