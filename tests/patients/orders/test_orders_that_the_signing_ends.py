"""What the signing says of an order on record is newer than the record."""

import pytest

from tests.chart_builders import (
    cards_for,
    days_ago,
    kyphoplasty,
    of_patient,
    ordered,
    problem,
)
from tests.codes import ATC, codeable
from tests.patients.reassuring import reassuring_record

HIP = problem("S72.001A", days=100, onsetDateTime=days_ago(100))
METASTASIS = problem("C79.51", days=20)
REVIEW = ordered("bone-treatment", days=2)
BIOPSY = ordered("biopsy", days=2)
ALENDRONATE = of_patient(
    "MedicationRequest",
    "alendronate",
    status="active",
    intent="order",
    authoredOn=days_ago(400),
    medicationCodeableConcept=codeable(ATC, "M05BA04"),
)
ENDED = [
    pytest.param({"status": "revoked"}, id="revoked"),
    pytest.param({"status": "entered-in-error"}, id="error"),
    pytest.param({"status": "draft", "doNotPerform": True}, id="forbidden"),
]


def card_of(*record, drafts=()):
    cards = cards_for(reassuring_record(*record), kyphoplasty(), *drafts)
    return cards["rehabilitation"]


@pytest.mark.parametrize("ended", ENDED)
@pytest.mark.parametrize(
    ("fact", "order"),
    [
        pytest.param(HIP, REVIEW, id="review"),
        pytest.param(METASTASIS, BIOPSY, id="biopsy"),
    ],
)
def test_an_order_that_is_withdrawn_now_closes_no_warning(fact, order, ended):
    without = card_of(fact)
    card = card_of(fact, order, drafts=[order | ended])
    assert without["indicator"] == card["indicator"] == "warning"
    assert card["summary"] == without["summary"]
    assert card_of(fact, order)["indicator"] == "info"


def test_a_drug_that_is_stopped_now_is_not_taken():
    taken = card_of(ALENDRONATE)
    card = card_of(ALENDRONATE, drafts=[ALENDRONATE | {"status": "stopped"}])
    assert "stopped" in card["summary"].lower()
    assert "stopped" not in taken["summary"].lower()
