"""An entry that is broken makes a list incomplete that a record may lack."""

import pytest

from tests.chart_builders import dispensed, measured
from tests.codes import ATC, codeable
from tests.patients.inpatients import T, cards_by_topic, chart
from tests.patients.reassuring import imaging

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
