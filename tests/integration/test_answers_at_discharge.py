"""At discharge an answer closes what it was given to, and nothing graver since."""

import json
from contextlib import closing
from datetime import timedelta
from unittest.mock import ANY
from uuid import uuid4

import pytest

from cds_service.audit.store import AuditStore
from tests.chart_builders import (
    NOW,
    PATIENT,
    Asked,
    days_ago,
    drug,
    kyphoplasty,
    of_patient,
    order_sign,
    ordered,
    problem,
)
from tests.codes import CPT, ICD, SCT, codeable
from tests.integration.ward import REASONS
from tests.patients.inpatients import chart, coded, given, statement
from tests.patients.leaving import (
    SERVICE,
    TREATED,
    discharge,
    everything_arranged,
    kyphoplasty_done,
    leaving_chart,
    pathology,
    worn_now,
)
from tests.patients.reassuring import imaging

ADDRESS = f"/cds-services/{SERVICE}"
SIGNING = "/cds-services/kyphoplasty-order-sign"


class OneWhoLeaves:
    """A patient of this test alone, with all arranged and a biopsy sent."""

    def __init__(self, log):
        self.asked = Asked(log=log)
        self.patient = str(uuid4())

    def card(self, *reports, minutes=0):
        """Give the card of the discharge; None if there is none."""
        self.asked.now = NOW + timedelta(minutes=minutes)
        sent = ordered("biopsy", days=3)
        return self.leaves(sent, *reports)

    def leaves(self, *entries, minutes=None):
        """Give the card of somebody for whom no biopsy was sent."""
        if minutes is not None:
            self.asked.now = NOW + timedelta(minutes=minutes)
        record = leaving_chart(*everything_arranged(), *entries)
        body = json.dumps(discharge(record, hook_instance=str(uuid4())))
        own_body = json.loads(body.replace(PATIENT, self.patient))
        cards = self.asked.client.post(ADDRESS, json=own_body).json["cards"]
        return cards[0] if cards else None

    def leaves_with(self, *entries, minutes):
        """Give the card of somebody for whom rehabilitation alone was ordered."""
        self.asked.now = NOW + timedelta(minutes=minutes)
        training = ordered("rehabilitation", days=1)
        broken = coded("M80.08XA", days=20)
        record = chart(broken, kyphoplasty_done("L1"), training, *entries)
        body = json.dumps(discharge(record, hook_instance=str(uuid4())))
        own_body = json.loads(body.replace(PATIENT, self.patient))
        cards = self.asked.client.post(ADDRESS, json=own_body).json["cards"]
        return cards[0] if cards else None

    def signs(self, *entries, minutes):
        """Give the first card of the signing."""
        self.asked.now = NOW + timedelta(minutes=minutes)
        signing = order_sign(chart(coded("M80.08XA", days=20), *entries), kyphoplasty())
        signing["hookInstance"] = str(uuid4())
        body = json.loads(json.dumps(signing).replace(PATIENT, self.patient))
        return self.asked.client.post(SIGNING, json=body).json["cards"][0]

    def override(self, card, code, address=ADDRESS):
        item = {
            "card": card["uuid"],
            "outcome": "overridden",
            "outcomeTimestamp": self.asked.now.isoformat().replace("+00:00", "Z"),
            "overrideReason": {"reason": {"code": code, "system": REASONS}},
        }
        response = self.asked.client.post(
            f"{address}/feedback", json={"feedback": [item]}
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


# --- an answer closes the entries that it was shown, and no others


BEGUN = {"onsetDateTime": days_ago(1), "recordedDate": days_ago(1)}
DRUG = statement("alendronate", "M05BA04", 1)


def entry(number, code, title="", **members):
    """Make a diagnosis of yesterday."""
    named = {"text": title} if title else codeable(ICD, code)
    return problem("x", number=number, code=named, **BEGUN | members)


def report(number, words):
    """Make a report on images of the spine since the operation."""
    return imaging(days=1, code={"text": "MRI lumbar spine"}, conclusion=words) | {
        "id": number
    }


def awaited(number, title):
    """Make a registered report of the spine since the operation."""
    return imaging(days=1, code={"text": title}, status="registered") | {"id": number}


FALL = entry("fall", "W06.XXXA")
SECOND = [
    pytest.param(FALL, entry("fall-2", "W06.XXXA"), id="another fall"),
    pytest.param(FALL, entry("hip", "S72.001A"), id="a hip after a fall"),
    pytest.param(
        entry("arm", "S52.501A"), entry("head", "S06.5X0A"), id="another injury"
    ),
    pytest.param(
        FALL,
        FALL | {"note": [{"text": "hit her head"}]},
        id="the same, which says more",
    ),
    pytest.param(
        entry("odd", "", "Qxyz abcd"),
        entry("odd-2", "", "Zyxq dcba"),
        id="not understood",
    ),
    pytest.param(
        report("mri", "Qxyz abcd."), report("mri-2", "Zyxq dcba."), id="reports"
    ),
    pytest.param(
        report("mri", "Qxyz abcd."),
        report("mri", "Zyxq dcba."),
        id="a report that was corrected",
    ),
    pytest.param(
        awaited("ct", "CT lumbar spine"), awaited("ct-2", "MRI spine"), id="awaited"
    ),
    pytest.param(
        entry("sus", "", "Suspected spinal metastasis"),
        entry("sus-2", "", "Suspected spondylodiscitis"),
        id="grave and in doubt",
    ),
    pytest.param(
        entry("sus", "", "Suspected spinal metastasis"),
        entry("sus-2", "", "Suspected bone metastasis"),
        id="grave and in doubt, of one kind",
    ),
]


@pytest.mark.parametrize("code", ["alreadyArranged", "patientDeclines"])
@pytest.mark.parametrize(("first", "second"), SECOND)
def test_an_answer_closes_the_entries_that_it_was_shown(patient, first, second, code):
    card = patient.leaves(DRUG, first, minutes=0)
    patient.override(card, code)
    assert patient.leaves(DRUG, first, minutes=1) is None
    both = [second] if second["id"] == first["id"] else [first, second]
    again = patient.leaves(DRUG, *both, minutes=2)
    assert again is not None
    patient.override(again, code)
    assert patient.leaves(DRUG, *both, minutes=3) is None


def test_the_order_and_the_version_of_entries_change_nothing(patient):
    other = entry("hip", "S72.001A")
    patient.override(patient.leaves(DRUG, FALL, other, minutes=0), "alreadyArranged")
    newer = FALL | {"meta": {"versionId": "7", "lastUpdated": "2026-11-20T09:00:00Z"}}
    assert patient.leaves(DRUG, other, newer, minutes=1) is None


def test_a_second_grave_result_of_one_kind_is_said(patient):
    patient.override(patient.card(CANCER), "alreadyArranged")
    second = result("Myeloma.", "third")
    assert patient.card(CANCER, second, minutes=1)["indicator"] == "warning"


def test_a_result_that_was_not_understood_is_asked_about_after_a_pending_one(patient):
    patient.override(patient.card(), "alreadyArranged")
    card = patient.card(result("Qxyz abcd.", "first"), minutes=1)
    assert "not understood" in card["summary"]


def test_what_was_answered_at_the_discharge_of_another_fact_stays_open(patient):
    odd = entry("odd", "", "Qxyz abcd")
    patient.override(patient.leaves(DRUG, FALL, odd, minutes=0), "alreadyArranged")
    assert patient.leaves(DRUG, FALL, odd, minutes=1) is not None


@pytest.mark.parametrize(
    "noted",
    [
        pytest.param(FALL, id="a fall"),
        pytest.param(entry("odd", "", "Qxyz abcd"), id="not understood"),
        pytest.param(entry("sus", "", "Suspected spinal metastasis"), id="in doubt"),
    ],
)
def test_considered_closes_no_card_without_colour(patient, noted):
    card = patient.leaves(DRUG, noted, minutes=0)
    assert card["indicator"] == "info"
    patient.override(card, "considered")
    assert patient.leaves(DRUG, noted, minutes=1) == card | {
        "uuid": ANY,
        "links": ANY,
    }


def test_considered_closes_a_warning_until_another_entry_is_there(patient):
    weak = coded("G82.20", days=1)
    card = patient.leaves(DRUG, weak, minutes=0)
    assert card["indicator"] == "warning"
    patient.override(card, "considered")
    assert patient.leaves(DRUG, weak, minutes=1) is None
    other = problem("x", number="cord", code=codeable(SCT, "15758002"), **BEGUN)
    assert patient.leaves(DRUG, weak, other, minutes=2) is not None


@pytest.mark.parametrize(
    ("title", "later"),
    [
        ("Suspected spinal metastasis", "Suspected spondylodiscitis"),
        ("Suspected cauda equina syndrome", "Suspected spinal cord compression"),
    ],
)
def test_what_was_answered_at_the_signing_is_closed_for_the_same_entry(
    patient, title, later
):
    """A new suspicion since is another one."""
    suspected = entry("sus", "", title)
    record = (*chart(coded("M80.08XA", days=20), suspected), *everything_arranged())
    signing = order_sign(record, kyphoplasty())
    body = json.loads(json.dumps(signing).replace(PATIENT, patient.patient))
    patient.asked.now = NOW
    cards = patient.asked.client.post(SIGNING, json=body).json["cards"]
    assert "not excluded" in cards[0]["summary"]
    patient.override(cards[0], "alreadyArranged", SIGNING)
    assert patient.leaves(DRUG, suspected, minutes=1) is None
    since = entry("since", "", later)
    assert patient.leaves(DRUG, suspected, since, minutes=2) is not None


@pytest.mark.parametrize("code", ["alreadyArranged", "patientDeclines"])
def test_an_answer_on_one_brace_closes_no_other(patient, code):
    worn = worn_now(days=2)
    card = patient.leaves(DRUG, worn, minutes=0)
    assert "who ends the TLSO" in card["summary"]
    patient.override(card, code)
    assert patient.leaves(DRUG, worn, minutes=1) is None
    other = worn_now("Jewett", days=1, number="jewett")
    again = patient.leaves(DRUG, worn, other, minutes=2)
    assert "who ends the" in again["summary"]
    patient.override(again, code)
    assert patient.leaves(DRUG, worn, other, minutes=3) is None


def test_an_answer_on_one_biopsy_closes_no_other(patient):
    first = ordered("biopsy", days=3)
    patient.override(patient.leaves(DRUG, first, minutes=0), "alreadyArranged")
    assert patient.leaves(DRUG, first, minutes=1) is None
    second = ordered("biopsy", days=1) | {"id": "second"}
    again = patient.leaves(DRUG, first, second, minutes=2)
    assert "biopsy result pending" in again["summary"]


def test_what_was_perhaps_left_is_asked_again_once_it_was_left(patient):
    broken = coded("S32.030A", days=20)
    sites = [codeable(SCT, TREATED[one]) for one in ("L1", "L3")]
    left = [{"text": "L3 abandoned"}]
    tried = kyphoplasty_done(None, number="tried", bodySite=sites, note=left)
    card = patient.leaves(DRUG, broken, tried, minutes=0)
    assert "perhaps not treated" in card["summary"]
    patient.override(card, "alreadyArranged")
    again = patient.leaves(DRUG, broken, tried, minutes=1)
    assert "not treated" not in again["summary"]
    card = patient.leaves(DRUG, broken, minutes=2)
    assert "fracture of L3 not treated" in card["summary"]


def repaired(status="completed"):
    """A repair of the hip of yesterday."""
    return of_patient(
        "Procedure",
        "repair",
        status=status,
        code=codeable(CPT, "27236"),
        performedDateTime=days_ago(1),
    )


@pytest.mark.parametrize("code", ["alreadyArranged", "patientDeclines"])
@pytest.mark.parametrize("status", ["entered-in-error", "not-done"])
def test_a_repair_that_was_not_done_opens_the_injury_again(patient, status, code):
    hip = entry("hip", "S72.001A")
    card = patient.leaves(DRUG, hip, repaired(), minutes=0)
    assert "treated 19 Nov" in card["summary"]
    patient.override(card, code)
    assert patient.leaves(DRUG, hip, repaired(), minutes=1) is None
    card = patient.leaves(DRUG, hip, repaired(status), minutes=2)
    assert "hip fracture (19 Nov). Read before leaving." in card["summary"]
    patient.override(card, code)
    assert patient.leaves(DRUG, hip, repaired(), minutes=3) is None


# --- an answer to "start a bone drug" was given without what forbids it

JAW = entry("jaw", "M87.180", onsetDateTime=days_ago(100))
LOW_CALCIUM = entry("calcium", "E83.51")
REASONS_FOR_ACTS = ["alreadyArranged", "patientDeclines", "notOsteoporotic"]


@pytest.mark.parametrize("code", REASONS_FOR_ACTS)
@pytest.mark.parametrize(
    "dose",
    [
        pytest.param(drug("alendronate", days=0), id="ordered"),
        pytest.param(given("denosumab", "M05BX04", 1), id="given"),
    ],
)
def test_an_answer_to_start_a_drug_closes_no_caution(patient, dose, code):
    card = patient.leaves_with(minutes=0)
    assert "no bone drug started" in card["summary"]
    patient.override(card, code)
    assert patient.leaves_with(minutes=1) is None
    card = patient.leaves_with(JAW, dose, minutes=2)
    assert "jaw necrosis" in card["summary"]
    assert "Check the drug first?" in card["summary"]
    patient.override(card, code)
    card = patient.leaves_with(JAW, dose, minutes=3)
    assert card is None or "jaw necrosis (" not in card["summary"]


@pytest.mark.parametrize("code", ["alreadyArranged", "patientDeclines"])
@pytest.mark.parametrize(
    ("other", "says"),
    [
        pytest.param((JAW, LOW_CALCIUM, DRUG), "hypocalcaemia", id="low calcium"),
        pytest.param(
            (JAW, entry("femur", "M84.751A"), DRUG), "femoral fracture", id="femur"
        ),
        pytest.param((JAW, entry("aki", "N17.9"), DRUG), "kidney failure", id="kidney"),
        pytest.param(
            (JAW, statement("risedronate", "M05BA07", 1)), "risedronate", id="drug"
        ),
    ],
)
def test_an_answer_to_one_caution_closes_no_other(patient, other, says, code):
    card = patient.leaves_with(JAW, DRUG, minutes=0)
    assert "jaw necrosis" in card["summary"]
    patient.override(card, code)
    assert patient.leaves_with(JAW, DRUG, minutes=1) is None
    card = patient.leaves_with(*other, minutes=2)
    assert says in card["summary"]
    assert "Check the drug first?" in card["summary"]


def test_a_caution_is_said_after_an_answer_at_the_signing(patient):
    card = patient.signs(minutes=0)
    patient.override(card, "alreadyArranged", SIGNING)
    card = patient.signs(JAW, DRUG, minutes=1)
    assert card["summary"].startswith("Jaw necrosis")
    assert patient.leaves_with(JAW, DRUG, minutes=2) is not None
    patient.override(card, "alreadyArranged", SIGNING)
    assert patient.leaves_with(JAW, DRUG, minutes=3) is None


def test_the_detail_keeps_what_the_label_warns_of_behind_another_fact(patient):
    dose = given("denosumab", "M05BX04", 1)
    hip = entry("hip", "S72.001A")
    detail = patient.leaves_with(JAW, dose, hip, minutes=0)["detail"]
    assert "its label warns of jaw necrosis; a late dose risks rebound" in detail
