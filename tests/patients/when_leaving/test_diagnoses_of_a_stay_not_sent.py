"""A diagnosis of the stay that is only a reference, and was not sent, is a gap.

No list of diagnoses has it, and it may be what happened in the stay.
"""

import pytest

from tests.chart_builders import days_ago, inpatient
from tests.codes import codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart

ROLE = "http://terminology.hl7.org/CodeSystem/diagnosis-role"
GAP = "the visit or stay not read whole. Check in the chart?"
UNSENT = {"reference": "Condition/nowhere"}


def named(condition, role="", **members):
    use = {"use": codeable(ROLE, role)} if role else {}
    return {"diagnosis": [{"condition": condition} | use], **members}


def cards_of(stay, *, arranged=True):
    drug = statement("alendronate", "M05BA04", 1)
    record = leaving_chart(*(everything_arranged() if arranged else ()), drug)
    others = tuple(one for one in record if one["resourceType"] != "Encounter")
    return leave((*others, inpatient() | {"period": {"start": days_ago(4)}} | stay))


@pytest.mark.parametrize(
    "stay",
    [
        pytest.param(named(UNSENT), id="no role"),
        pytest.param(named(UNSENT, "DD"), id="of the discharge"),
        pytest.param(named(UNSENT, "CM"), id="beside"),
        pytest.param(named(UNSENT, "post-op"), id="after the operation"),
        pytest.param(named(UNSENT, "billing"), id="billing"),
        pytest.param(named({"identifier": {"value": "1"}}), id="an identifier"),
        pytest.param(
            named({"reference": "https://ehr.example/fhir/Condition/9"}), id="address"
        ),
        pytest.param(named({"reference": "urn:uuid:1-2"}), id="urn"),
    ],
)
def test_it_is_named(stay):
    (card,) = cards_of(stay)
    assert card["summary"].endswith(GAP)
    assert card["indicator"] == "info"


@pytest.mark.parametrize(
    "stay",
    [
        pytest.param({}, id="none"),
        pytest.param(
            named({"reference": "Condition/c-hypertension"}), id="one that was sent"
        ),
        pytest.param(
            named({"reference": "https://ehr.example/fhir/Condition/c-hypertension"}),
            id="by its address",
        ),
        pytest.param(named(UNSENT | {"display": "Hypertension"}), id="words"),
        pytest.param(named(UNSENT, "AD"), id="of the admission"),
        pytest.param(named(UNSENT, "CC"), id="the complaint"),
        pytest.param(named(UNSENT, "pre-op"), id="before the operation"),
        pytest.param(named({"reference": "Procedure/x"}), id="a procedure"),
        pytest.param({"reasonReference": [UNSENT]}, id="what the stay is for"),
    ],
)
def test_what_is_known_or_of_before_brings_no_card(stay):
    assert cards_of(stay) == []


def test_next_to_an_open_act_it_is_a_note():
    (card,) = cards_of(named(UNSENT), arranged=False)
    assert GAP not in card["summary"]
    assert "**Not known:**" in card["detail"]
    assert "stay" in card["detail"]
