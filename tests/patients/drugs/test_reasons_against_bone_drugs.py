"""What forbids a bone drug, as the reason of its stop or of the stay."""

import pytest

from tests.chart_builders import dose, drug, inpatient, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

GOING_ON = ("restart", "continue", "not later", "ends the pause")
HARMS = [
    pytest.param(codeable(ICD, "M87.180"), "Jaw necrosis", id="jaw"),
    pytest.param(codeable(ICD, "M84.750A"), "Atypical femoral", id="femur"),
    pytest.param(codeable(ICD, "E83.51"), "Hypocalcaemia", id="calcium"),
    pytest.param({"text": "ONJ"}, "Jaw necrosis", id="ONJ"),
    pytest.param({"text": "AFF"}, "Atypical femoral", id="AFF"),
    pytest.param({"text": "osteonecrosis of jaw"}, "Jaw necrosis", id="words"),
    pytest.param({"text": "hypocalcaemia"}, "Hypocalcaemia", id="calcium in words"),
    pytest.param({"text": "Kiefernekrose"}, "Jaw necrosis", id="German"),
]


def assert_checked(card, harm):
    assert card["summary"].startswith(harm)
    assert "check the drug first" in card["summary"]
    assert not any(one in f"{card['summary']} {card['detail']}" for one in GOING_ON)
    assert not any(one.get("isRecommended") for one in card["suggestions"])


def stopped(name, reason, days=400):
    return drug(name, number="s", days=days, status="stopped", statusReason=reason)


@pytest.mark.parametrize(("reason", "harm"), HARMS)
def test_no_tablet_that_it_stopped_is_restarted(reason, harm):
    assert_checked(card_of(stopped("alendronate", reason)), harm)


@pytest.mark.parametrize("code", ["M87.180", "E83.51"])
def test_nor_one_that_was_stopped_before_it_was_listed(code):
    tablet = drug("alendronate", days=400, status="stopped")
    card = card_of(tablet, problem(code, days=20))
    assert "check the drug first" in card["summary"]
    assert "restart" not in card["summary"]


@pytest.mark.parametrize(("reason", "harm"), HARMS)
def test_no_next_dose_follows_an_order_that_it_stopped(reason, harm):
    order = stopped("denosumab", reason, days=160)
    assert_checked(card_of(dose("denosumab", days=150), order), harm)


def test_nor_a_dose_that_was_left_out_for_it():
    left_out = dose("denosumab", days=3) | {
        "status": "not-done",
        "statusReason": [{"text": "Hypocalcaemia"}],
    }
    card = card_of(dose("denosumab", days=150), left_out)
    assert_checked(card, "Hypocalcaemia")


@pytest.mark.parametrize(("reason", "harm"), HARMS)
def test_the_reason_of_the_stay_counts_as_the_list_does(reason, harm):
    stay = inpatient() | {"reasonCode": [reason]}
    assert_checked(card_of(dose("denosumab", days=150), stay), harm)


def test_a_stricture_that_is_the_reason_of_the_stay_stops_a_tablet():
    stay = inpatient() | {"reasonCode": [codeable(ICD, "K22.2")]}
    card = card_of(drug("alendronate"), stay)
    assert card["summary"].startswith("Disease of the oesophagus")


@pytest.mark.parametrize(
    "reason", ["Course completed", "Patient moved away", "no hypocalcaemia"]
)
def test_any_other_reason_leaves_the_pause_to_end(reason):
    card = card_of(stopped("alendronate", {"text": reason}))
    assert "restart or change" in card["summary"]


def test_low_calcium_of_a_stay_long_ago_is_over():
    period = {"start": "2024-01-01", "end": "2024-01-09"}
    stay = inpatient() | {
        "id": "old",
        "status": "finished",
        "period": period,
        "reasonCode": [codeable(ICD, "E83.51")],
    }
    card = card_of(dose("denosumab", days=150), stay)
    assert "next due" in card["summary"]


def test_why_another_drug_was_stopped_says_nothing_of_it():
    other = drug("prednisolone", number="s", status="stopped") | {
        "statusReason": {"text": "Hypocalcaemia"}
    }
    assert "Hypocalcaemia" not in card_of(dose("denosumab", days=150), other)["summary"]
