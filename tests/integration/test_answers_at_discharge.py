"""At discharge an answer closes what it was given to, and nothing graver since."""

import json
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest

from cds_service.audit.store import AuditStore
from tests.chart_builders import NOW, PATIENT, Asked, ordered
from tests.integration.ward import REASONS
from tests.patients.leaving import (
    SERVICE,
    discharge,
    everything_arranged,
    leaving_chart,
    pathology,
)

ADDRESS = f"/cds-services/{SERVICE}"


class OneWhoLeaves:
    """A patient of this test alone, with all arranged and a biopsy sent."""

    def __init__(self, log):
        self.asked = Asked(log=log)
        self.patient = str(uuid4())

    def card(self, *reports, minutes=0):
        """Give the card of the discharge; None if there is none."""
        self.asked.now = NOW + timedelta(minutes=minutes)
        sent = ordered("biopsy", days=3)
        record = leaving_chart(*everything_arranged(), sent, *reports)
        body = json.dumps(discharge(record, hook_instance=str(uuid4())))
        own_body = json.loads(body.replace(PATIENT, self.patient))
        cards = self.asked.client.post(ADDRESS, json=own_body).json["cards"]
        return cards[0] if cards else None

    def override(self, card, code):
        item = {
            "card": card["uuid"],
            "outcome": "overridden",
            "outcomeTimestamp": self.asked.now.isoformat().replace("+00:00", "Z"),
            "overrideReason": {"reason": {"code": code, "system": REASONS}},
        }
        response = self.asked.client.post(
            f"{ADDRESS}/feedback", json={"feedback": [item]}
        )
        assert response.status_code == 200, response.text


@pytest.fixture
def patient(tmp_path):
    log = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}", wait_seconds=10)
    with closing(log):
        yield OneWhoLeaves(log)


def result(words, number):
    return pathology(order="s-biopsy", number=number) | {"conclusion": words}


CANCER = result("Metastatic adenocarcinoma.", "first")
INFECTION = result("Osteomyelitis of the vertebral body.", "second")


def test_a_second_result_of_another_kind_is_said(patient):
    card = patient.card(CANCER)
    patient.override(card, "alreadyArranged")
    assert patient.card(CANCER, minutes=1) is None
    again = patient.card(CANCER, INFECTION, minutes=2)
    assert again["indicator"] == "warning"
    assert "a malignancy and an infection" in again["summary"]


def test_a_result_that_says_less_is_not_said_again(patient):
    card = patient.card(CANCER, INFECTION)
    patient.override(card, "alreadyArranged")
    assert patient.card(CANCER, minutes=1) is None


def test_a_preliminary_result_is_said_after_a_pending_one_was_arranged(patient):
    patient.override(patient.card(), "alreadyArranged")
    assert patient.card(minutes=1) is None
    card = patient.card(CANCER | {"status": "preliminary"}, minutes=2)
    assert "a preliminary biopsy result names a malignancy" in card["summary"]
