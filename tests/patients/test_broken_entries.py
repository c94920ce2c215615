"""An entry that is broken makes a list incomplete that a record may lack."""

import pytest

from tests.chart_builders import days_ago, measured, of_patient
from tests.codes import ATC, codeable
from tests.patients.inpatients import T, cards_by_topic, chart

V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"


def report(**members):
    said = {
        "status": "final",
        "code": {"text": "MRI lumbar spine"},
        "category": [codeable(V2_0074, "RAD")],
        "effectiveDateTime": days_ago(3),
        "conclusion": "Bone metastasis L1",
    }
    return of_patient("DiagnosticReport", "mri", **said | members)


def dispensed(**members):
    drug = {"medicationCodeableConcept": codeable(ATC, "M05BX04")}
    said = {"status": "completed", "whenHandedOver": days_ago(30)}
    return of_patient("MedicationDispense", "d", **drug | said | members)


BROKEN = [
    pytest.param({"modifierExtension": [{"url": "http://x.org"}]}, id="modifier"),
    pytest.param({"status": 3}, id="type"),
]


def card_of(entry):
    calm = (measured(T, -1.5), measured("bmi", 27))
    return cards_by_topic(chart(*calm, entry))["rehabilitation"]


@pytest.mark.parametrize(
    "broken", [*BROKEN, pytest.param({"conclusion": ""}, id="empty")]
)
def test_a_broken_report_reassures_nobody(broken):
    card = card_of(report(**broken))
    assert "below the usual" not in card["detail"]
    assert "imaging reports incomplete: 1 entry broken" in card["detail"]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_dispense_is_no_none(broken):
    card = card_of(dispensed(**broken))
    assert "o bone drug" not in card["summary"]
    assert "none in" not in card["detail"]
    assert not any(one.get("isRecommended") for one in card["suggestions"])
