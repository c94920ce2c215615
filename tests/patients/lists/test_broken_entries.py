"""An entry that is broken makes a list incomplete that a record may lack."""

import pytest

from tests.chart_builders import dispensed, measured
from tests.codes import ATC, codeable
from tests.patients.inpatients import T, cards_by_topic, chart
from tests.patients.reassuring import dated, imaging

DISCITIS = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "M46.46"}
DENOSUMAB = codeable(ATC, "M05BX04")
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
    card = card_of(imaging(**{"conclusion": "Bone metastasis L1"} | broken))
    assert "below the usual" not in card["detail"]
    assert "imaging and other reports incomplete: 1 entry broken" in card["detail"]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_dispense_is_no_none(broken):
    card = card_of(dispensed(DENOSUMAB, days=30, **broken))
    assert "o bone drug" not in card["summary"]
    assert "none in" not in card["detail"]
    assert not any(one.get("isRecommended") for one in card["suggestions"])


EMPTY_PARTS = [
    pytest.param({"code": {"coding": [DISCITIS], "text": ""}}, id="words"),
    pytest.param(
        {"code": {"coding": [DISCITIS, {"system": "urn:x", "code": ""}]}}, id="code"
    ),
    pytest.param({"code": {"coding": [DISCITIS | {"version": ""}]}}, id="version"),
    pytest.param({"code": {"coding": [DISCITIS | {"code": "M46.46 "}]}}, id="blank"),
    pytest.param({"bodySite": [{"text": ""}]}, id="site"),
    pytest.param({"abatementDateTime": ""}, id="end"),
    pytest.param({"recorder": {"reference": ""}}, id="recorder"),
]


@pytest.mark.parametrize("emptied", EMPTY_PARTS)
def test_a_field_that_nobody_filled_hides_no_infection(emptied):
    code = {"coding": [DISCITIS]}
    card = card_of(dated(**{"code": code, "days": 30} | emptied))
    assert card["summary"].startswith("Spinal infection (discitis")
