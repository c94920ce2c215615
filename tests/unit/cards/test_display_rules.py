"""The display rules D1 to D7 and the contract's "What is said", each on a request built for it."""

import pytest

from cds_service.samples import load_samples
from cds_service.samples.requests import order_sign_request
from tests.chart_builders import (
    HOOK,
    TODAY,
    ask,
    brace,
    by_topic,
    cards_for,
    kyphoplasty,
    labels,
    measured,
    model,
    order_sign,
    ordered,
    outcome,
    patient,
    problem,
    quiet_lists,
    site_service,
    thin_and_weak,
    vertebroplasty,
)


def card_for(resources, *drafts, **options):
    """The first card of this record."""
    return cards_for(resources, *(drafts or (kyphoplasty(),)), **options)["rehabilitation"]


def line_of(card, heading):
    """The line of the detail under this heading."""
    found = [one for one in card["detail"].splitlines() if one.lstrip("- ").startswith(f"**{heading}")]
    assert len(found) == 1, (heading, card["detail"])
    return found[0]


# --- D3: warnings ----------------------------------------------------------------------------------------------------


def test_d3_above_average_is_no_warning():
    cards = cards_for((*quiet_lists(), measured("bmd-t-score", -2.8)), kyphoplasty())
    assert model(cards, "sarcopenia-pvm-2022")["band"] == "above"
    assert cards["rehabilitation"]["indicator"] == "info"


# --- D4: calibration -------------------------------------------------------------------------------------------------


def sample_card(name, service):
    """The first card of a sample patient, in whom everything is measured."""
    sample = next(one for one in load_samples(TODAY) if one.id == name)
    plan = service.hooks[HOOK].discovery["prefetch"]
    return by_topic(ask(order_sign_request(sample, plan=plan), service=service))["rehabilitation"]


def test_d4_with_a_site_baseline_it_says_what_was_adjusted(tmp_path):
    service = site_service(tmp_path, "[baseline]\nrefracture = { incidence = 0.20, months = 12 }\n")
    card = sample_card("p2-low", service)
    assert "this site's average 20 %" in card["summary"]
    assert "ot calibrated here" not in card["detail"]
    assert "this site's incidence (20 %)" in card["detail"]
    assert "each look like the study's" in card["detail"]
    assert "That adjustment is large" not in card["detail"]  # 0.75 log odds


def test_d4_an_adjustment_beyond_one_log_odds_warns(tmp_path):
    service = site_service(tmp_path, "[baseline]\nrefracture = { incidence = 0.05, months = 12 }\n")  # 2.3 log odds
    assert "That adjustment is large" in sample_card("p2-low", service)["detail"]


# --- D5: contributions -----------------------------------------------------------------------------------------------


S = "sarcopenia-pvm-2022"


def test_d5_the_procedure_is_never_a_reason():
    record = (measured("ct-attenuation", 45), measured("multifidus-smi", 105), measured("bmd-t-score", -2.9))
    for draft in (vertebroplasty(), kyphoplasty()):
        card = card_for(record, draft)
        for line in card["detail"].splitlines():
            if line.startswith("**Points to"):
                assert "rocedure" not in line
                assert "plasty" not in line


# --- D7 and the rest -------------------------------------------------------------------------------------------------


def test_what_is_ordered_already_is_said_with_its_day_and_not_offered():
    card = card_for((*thin_and_weak(), ordered("dietitian", days=5)))
    assert "already ordered 15 Nov 2026" in line_of(card, "Dietitian")
    assert "Refer to dietitian" not in labels(card)
    assert "dietitian" not in card["summary"]


def test_what_is_in_this_signing_already_is_not_offered():
    draft = ordered("rehabilitation", status="draft")
    card = card_for(thin_and_weak(), kyphoplasty(), draft)
    assert "Refer to rehabilitation" not in labels(card)
    assert "already among these orders" in line_of(card, "Rehabilitation")


def test_an_order_list_that_could_not_be_read_forbids_saying_not_ordered_yet():
    body = order_sign(thin_and_weak(), kyphoplasty())
    body["prefetch"]["serviceRequests"] = {"resourceType": "OperationOutcome", "issue": []}
    card = by_topic(ask(body))["rehabilitation"]
    assert "Not ordered yet" not in card["summary"]
    assert "active orders could not be read" in card["detail"]


def test_orders_that_are_over_do_not_count_as_ordered():
    card = card_for(
        (*thin_and_weak(), *(ordered(kind, status="completed") for kind in ("rehabilitation", "dietitian")))
    )
    assert {"Refer to rehabilitation", "Refer to dietitian"} <= set(labels(card))


# --- exclusions ------------------------------------------------------------------------------------------------------

EXCLUSIONS = ("malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit")


@pytest.mark.parametrize("name", EXCLUSIONS)
def test_an_exclusion_on_record_gives_one_info_card_without_a_figure(name):
    cards = cards_for((*thin_and_weak(), problem(name, days=20)), kyphoplasty())
    card = cards["rehabilitation"]
    assert card["indicator"] == "info"
    assert "%" not in card["summary"]
    assert "estimate" in card["summary"]
    assert {one["status"] for one in (outcome(cards), outcome(cards, "residual-pain"))} == {"not-applicable"}
    assert "missingData" not in cards
    assert "Refer to rehabilitation" not in labels(card)


@pytest.mark.parametrize("name", ["malignancy", "spinal-infection"])
def test_tumour_and_infection_leave_no_word_on_braces(name):
    cards = cards_for((*thin_and_weak(), problem(name)), kyphoplasty(), brace())
    assert "braceLimit" not in cards


def test_two_rulers_that_differ_are_both_said():
    """A man with grip 27 kg: low by AWGS 2019 (28), not by the study's 26 kg."""
    record = (
        patient(sex="male"),
        *quiet_lists(),
        measured("bmd-t-score", -2.8),
        measured("bmi", 20.0),
        measured("appendicular-muscle-index", 6.5),
        measured("grip-strength", 27),
        measured("gait-speed", 1.2),
    )
    cards = cards_for(record, kyphoplasty())
    sarcopenia = next(one for one in model(cards, S)["inputs"] if one["name"] == "sarcopenia")
    assert sarcopenia["value"] is False
    detail = cards["rehabilitation"]["detail"]
    assert "AWGS 2019" in detail
    assert "26 kg" in detail
    assert "Refer to rehabilitation" in [
        one["label"] for one in cards["rehabilitation"]["suggestions"] if one["isRecommended"]
    ]
