"""The display rules D1 to D7 and the contract's "What is said", each on a request built for it."""

from __future__ import annotations

import re
from functools import cache

import pytest

from cds_service.loading import load_service
from cds_service.site.folder import load_site
from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    cards_for,
    dose,
    drug,
    kyphoplasty,
    labels,
    measured,
    model,
    order_sign,
    ordered,
    outcome,
    patient,
    period,
    problem,
    quiet_lists,
    strong_and_nourished,
    thin_and_weak,
    vertebroplasty,
)

REFERRALS = tuple(ordered(kind) for kind in ("rehabilitation", "dietitian", "bone-treatment"))
T_ALONE = (measured("bmd-t-score", -3.0),)  # 67 %, if measured 27-95 %
TYPICAL = (*quiet_lists(), measured("bmd-t-score", -2.8), measured("bmi", 21.0))  # no diabetes, L1


@cache
def site(folder, toml):
    folder.joinpath("site.toml").write_text('[site]\nname = "Test"\n' + toml, encoding="utf-8")
    return load_service(load_site(folder))


def card_for(resources, *drafts, **options):
    """The first card of this record."""
    return cards_for(resources, *(drafts or (kyphoplasty(),)), **options)["rehabilitation"]


def line_of(card, heading):
    """The line of the detail under this heading."""
    found = [one for one in card["detail"].splitlines() if one.lstrip("- ").startswith(f"**{heading}")]
    assert len(found) == 1, (heading, card["detail"])
    return found[0]


# --- D1: percentages -------------------------------------------------------------------------------------------------


def test_d1_narrow_ranges_and_nothing_held_give_a_percentage_with_horizon_and_average():
    summary = card_for(strong_and_nourished())["summary"]
    assert "under 5 %" in summary
    assert "12 months" in summary
    assert "study average 35 %" in summary


def test_d1_a_range_wider_than_fifty_points_gives_no_percentage():
    card = card_for(T_ALONE)
    assert "%" not in card["summary"]
    assert "no usable figure" in card["summary"].lower()
    assert "27–95 %" in card["detail"]  # it stands below, with its range


def test_d1_a_value_held_to_reassure_gives_no_percentage_and_is_named():
    card = card_for((*TYPICAL[:-1], measured("bmi", 28.5)))
    assert "%" not in card["summary"]
    assert "BMI 28.5" in card["summary"]
    assert re.search(r"BMI 28\.5\D.*taken as 22(?:\.0)? ", card["detail"])


def test_d1_a_value_held_to_alarm_may_stand():
    """T -4.6 is held at -3.84; what is said is no more than the ceiling of print."""
    card = card_for((measured("bmd-t-score", -4.6),), kyphoplasty(None))
    assert "above 90 %" in card["summary"]
    assert "−4.6" in card["detail"]
    assert "−3.8" in card["detail"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ct-attenuation": 60, "multifidus-smi": 140}, "about 5 %"),  # 5.1 %
        ({"ct-attenuation": 45, "multifidus-smi": 140}, "about 9 %"),  # 9.4 %
        ({"ct-attenuation": 30, "multifidus-smi": 140}, "about 15 %"),  # 16.4 %
    ],
)
def test_d1_figures_are_rounded_to_five_from_ten_up(values, said):
    """Log odds 2.173 - 1.39 - 0.043 CT - 0.008 SMI (evidence page, section 4)."""
    found = card_for([measured(name, value) for name, value in values.items()])["summary"]
    assert said in found


# --- D2: lower -------------------------------------------------------------------------------------------------------


def test_d2_lower_is_said_when_all_four_conditions_hold():
    assert "below" in card_for(strong_and_nourished())["summary"]


@pytest.mark.parametrize(
    "broken",
    [
        (drug("prednisolone"),),  # outside the study
        (measured("bmi", 29.0, number="newer", days=1),),  # held
    ],
)
def test_d2_lower_is_not_said_when_one_condition_is_broken(broken):
    card = card_for((*strong_and_nourished(), *broken))
    assert "below" not in card["summary"]
    assert "%" not in card["summary"] or "not clearly different" in card["summary"]


@pytest.mark.parametrize("record", [strong_and_nourished(), (*strong_and_nourished(), drug("prednisolone"))])
def test_d2_lower_and_not_different_say_that_the_fracture_still_calls_for_a_review(record):
    card = card_for(record)
    assert "calls for a treatment review" in card["summary"] + card["detail"]
    assert "by itself means a high risk" in card["detail"]


# --- D3: warnings ----------------------------------------------------------------------------------------------------


def test_d3_high_clear_and_not_ordered_is_a_warning():
    card = card_for(thin_and_weak())
    assert card["indicator"] == "warning"
    for name in ("rehabilitation", "dietitian", "bone treatment"):
        assert name in card["summary"]


def test_d3_a_high_risk_with_everything_ordered_is_one_info_line():
    cards = cards_for((*thin_and_weak(), *REFERRALS), kyphoplasty())
    assert list(cards) == ["rehabilitation"]
    card = cards["rehabilitation"]
    assert card["indicator"] == "info"
    assert labels(card) == []
    assert "ordered" in card["summary"]
    assert "Not ordered yet" not in card["summary"]


def test_d3_high_with_an_interval_that_reaches_the_average_is_no_warning():
    """All inputs known, 51 % and more, the lower end under 34.6 %."""
    values = {
        "bmi": 19.6,
        "bmd-t-score": -2.85,
        "pma-rate": 52,
        "appendicular-muscle-index": 6.4,
        "mna-score": 26,
    }
    record = (patient(), *quiet_lists(), problem("diabetes"), *(measured(k, v) for k, v in values.items()))
    cards = cards_for(record, kyphoplasty())
    found = model(cards, "sarcopenia-pvm-2022")
    assert found["band"] == "high"
    assert found["studyUncertainty"][0] < found["baseline"]["incidence"]
    assert cards["rehabilitation"]["indicator"] == "info"


def test_d3_above_average_is_no_warning():
    cards = cards_for((*quiet_lists(), measured("bmd-t-score", -2.8)), kyphoplasty())
    assert model(cards, "sarcopenia-pvm-2022")["band"] == "above"
    assert cards["rehabilitation"]["indicator"] == "info"


def test_d3_one_referral_that_is_still_open_is_enough():
    card = card_for((*thin_and_weak(), *REFERRALS[:2]))
    assert card["indicator"] == "warning"
    assert "Not ordered yet: bone treatment" in card["summary"]


# --- D4: calibration -------------------------------------------------------------------------------------------------


def test_d4_without_a_site_baseline_the_evidence_line_says_so_with_the_pooled_incidence():
    """The same fully measured patient is 97 % at the study's average and 90 % where 13.4 % refracture."""
    line = line_of(card_for(thin_and_weak()), "How sure")
    assert "ot calibrated here" in line
    assert "90 %" in line
    assert "13 %" in line
    assert "pooled" not in card_for(thin_and_weak())["summary"]


def test_d4_with_a_site_baseline_it_says_what_was_adjusted(tmp_path):
    service = site(tmp_path, "[baseline]\nrefracture = { incidence = 0.20, months = 12 }\n")
    card = card_for(strong_and_nourished(), service=service)
    assert "site average 20 %" in card["summary"]
    assert "ot calibrated here" not in card["detail"]
    assert "incidence this site reports (20 %)" in card["detail"]
    assert "look like the study's" in card["detail"]
    assert "large" not in line_of(card, "How sure")  # 0.75 log odds


def test_d4_an_adjustment_beyond_one_log_odds_warns(tmp_path):
    service = site(tmp_path, "[baseline]\nrefracture = { incidence = 0.05, months = 12 }\n")  # 2.3 log odds
    assert "adjustment is large" in line_of(card_for(strong_and_nourished(), service=service), "How sure")


# --- D5: contributions -----------------------------------------------------------------------------------------------


def test_d5_an_effect_whose_interval_holds_0_is_no_clear_effect():
    """Both MNA terms' printed intervals contain 0."""
    card = card_for(thin_and_weak())
    assert "nutrition" in line_of(card, "No clear effect in the study")
    for heading in ("Points to a higher figure", "Points to a lower figure"):
        assert "nutrition" not in line_of(card, heading)


def test_d5_nutrition_is_a_reason_only_as_a_difference_between_patients():
    """With the T-score alone beside it, MNA C has a clear coefficient: said, and said what it is not."""
    card = card_for((measured("bmd-t-score", -2.8), measured("mna-score", 15)))
    reasons = line_of(card, "Points to a higher figure")
    assert "nutrition" in reasons
    assert "a difference between patients, not what changing it would do" in reasons


def test_d5_what_points_up_comes_with_value_and_strongest_first():
    found = line_of(card_for(thin_and_weak()), "Points to a higher figure")
    assert all(words in found for words in ("T-score −3.2", "sarcopenia", "diabetes", "BMI 18.5", "57 %"))
    effects = {one["name"]: one["effect"] for one in model(cards_for(thin_and_weak(), kyphoplasty()), S)["inputs"]}
    strongest = max(effects, key=lambda name: effects[name])
    words = {"bmd-t-score": "T-score", "sarcopenia": "sarcopenia"}[strongest]
    assert found.index(words) < min(found.index(other) for other in ("diabetes", "BMI"))


S = "sarcopenia-pvm-2022"


def test_d5_the_procedure_is_never_a_reason():
    record = (measured("ct-attenuation", 45), measured("multifidus-smi", 105), measured("bmd-t-score", -2.9))
    for draft in (vertebroplasty(), kyphoplasty()):
        card = card_for(record, draft)
        for line in card["detail"].splitlines():
            if line.startswith("**Points to"):
                assert "rocedure" not in line
                assert "plasty" not in line


def test_d5_psoas_area_muscle_and_fat_are_never_one_against_the_other():
    record = (
        measured("psoas-total-area", 12.0),
        measured("psoas-muscle-area", 10.0),
        measured("es-mf-fat-fraction", 52),
        measured("vbq", 2.9),
    )
    detail = card_for(record)["detail"]
    lines = [line for line in detail.splitlines() if "psoas muscle area" in line.lower()]
    assert len([line for line in lines if re.search(r"\d cm²", line)]) == 1
    assert not [line for line in lines if line.startswith("**Points to")]


def test_d5_no_what_if_of_a_treatment():
    for record in (thin_and_weak(), strong_and_nourished(), T_ALONE):
        assert not re.search(
            r"\b(?:if|with) (?:a |an )?(?:vertebroplasty|kyphoplasty|PVP|PKP)\b", card_for(record)["detail"]
        )


# --- D6: missing inputs ----------------------------------------------------------------------------------------------


def test_d6_the_missing_card_ranks_acts_and_asks_for_no_new_scan():
    card = cards_for((*TYPICAL[:-1], measured("bmi", 28.0)), kyphoplasty())["missingData"]
    assert card["indicator"] == "info"
    assert "CT that exists" in card["summary"]
    assert labels(card)[0] == "Ask radiology for HU of the adjacent vertebra on the existing CT"
    assert not re.search(r"\b(?:new|another|repeat) (?:CT|MRI)", card["detail"])
    chosen = {one["label"]: one["isRecommended"] for one in card["suggestions"]}
    assert chosen["Order grip strength and 6 m walk"]
    assert not chosen["Ask radiology to measure muscle on the existing MRI"]


def test_d6_what_is_asked_would_sharpen_the_figure_and_treatment_does_not_wait():
    card = cards_for([], kyphoplasty())["missingData"]
    assert "sharpen" in card["summary"]
    assert "treatment does not wait" in card["summary"]
    assert "without the fractured and cemented levels" in card["detail"]


def test_d6_without_anything_missing_there_is_no_third_card():
    assert "missingData" not in cards_for(thin_and_weak(), kyphoplasty())
    assert "missingData" not in cards_for(strong_and_nourished(), kyphoplasty())


def test_d6_what_is_known_only_after_surgery_is_never_asked_for():
    cards = cards_for([measured("vbq", 2.9), measured("es-mf-fat-fraction", 50)], kyphoplasty())
    found = model(cards, "residual-pain-2025")
    gains = {one["name"]: one["gain"] for one in found["missing"]}
    assert (gains["local-kyphosis-post"], gains["cement-diffused"]) == (0, 0)  # unknown, and nothing to be had now
    assert not re.search(r"cement d|after surgery|postoperative", cards["missingData"]["detail"])


def test_d6_absent_unread_and_unusable_are_three_lists():
    body = order_sign([measured("bmi", 20, days=5000), *quiet_lists()], kyphoplasty(), prefetch=True)
    body["prefetch"]["imaging"] = {"resourceType": "OperationOutcome", "issue": []}
    detail = by_topic(ask(body))["missingData"]["detail"]
    absent, unread, unusable = (
        next(part for part in detail.split("\n\n") if part.startswith(f"**{heading}"))
        for heading in ("Asked and not there", "Could not be read", "There, and not usable")
    )
    assert "T-score" in absent
    assert "CT attenuation" in unread
    assert "BMI" in unusable
    assert "BMI" not in absent + unread


# --- D7 and the rest -------------------------------------------------------------------------------------------------


def test_d7_a_near_tie_goes_to_the_validated_study():
    cards = cards_for((*TYPICAL, measured("ct-attenuation", 60)), kyphoplasty())
    assert outcome(cards)["headline"] == "nvcf-nomogram-2024"
    assert "2 years" in cards["rehabilitation"]["summary"] or "2 years" in cards["rehabilitation"]["detail"]
    assert "validated once" in line_of(cards["rehabilitation"], "How sure")


def test_studies_that_disagree_are_said_to_with_horizons_and_averages():
    """67 % in 12 months against 6 % in two years."""
    cards = cards_for((*T_ALONE, measured("ct-attenuation", 60)), kyphoplasty())
    assert outcome(cards)["disagreement"] is True
    found = next(line for line in cards["rehabilitation"]["detail"].splitlines() if "isagree" in line)
    assert all(words in found for words in ("12 months", "2 years", "35 %", "15 %", "67 %", "6 %"))


def test_a_figure_names_study_place_size_and_validation():
    found = line_of(card_for(thin_and_weak()), "How sure")
    assert all(words in found for words in ("One hospital", "214", "74", "not externally validated"))
    assert "88–99 %" in found
    assert "over 96 %" in found  # the ceiling of print


def test_contrary_evidence_stands_beside_the_figure():
    assert "no effect of muscle" in line_of(card_for(thin_and_weak()), "Against")


def test_options_come_before_reasons_and_reasons_before_doubts():
    detail = card_for(thin_and_weak())["detail"]
    places = [detail.index(words) for words in ("**Options**", "**Points to a higher figure", "**How sure")]
    assert places == sorted(places)


def test_what_is_ordered_already_is_said_with_its_day_and_not_offered():
    card = card_for((*thin_and_weak(), ordered("dietitian", days=5)))
    assert "already ordered 15 Nov 2026" in line_of(card, "Dietitian")
    assert "Refer to dietitian" not in labels(card)
    assert "dietitian" not in card["summary"]


def test_what_is_in_this_signing_already_is_not_offered():
    draft = ordered("rehabilitation", status="draft")
    card = card_for(thin_and_weak(), kyphoplasty(), draft)
    assert "Refer to rehabilitation" not in labels(card)
    assert "already in this signing" in line_of(card, "Rehabilitation")


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


def test_residual_pain_without_narrow_ranges_is_said_without_a_percentage():
    record = (*thin_and_weak(), measured("psoas-total-area", 10.0), measured("es-mf-fat-fraction", 58))
    card = card_for(record)
    found = next(line for line in card["detail"].splitlines() if "esidual pain" in line and "12 months" in line)
    assert "above average" in found
    assert "too uncertain" in found
    assert not re.search(r"\d+ %(?! ?·|$)", found.replace("58 %", ""))


def test_a_value_older_than_fresh_is_used_and_its_age_is_said():
    card = card_for((*thin_and_weak()[:-1], measured("mna-score", 15, days=200)))
    assert re.search(r"\b6 months\b", card["detail"])


def test_overdue_denosumab_is_the_first_thing_that_is_said():
    card = card_for((*thin_and_weak(), dose("denosumab", days=280)))
    assert "Denosumab" in card["summary"]
    assert "rebound" in card["summary"]
    assert "specialist" in card["summary"]
    assert "13 Feb 2026" in card["summary"]
    assert card["detail"].startswith("**Denosumab overdue")


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


def test_end_of_life_is_one_info_card_without_suggestions():
    cards = cards_for((*thin_and_weak(), problem("end-of-life")), kyphoplasty(), brace(occurrencePeriod=period(0, 300)))
    assert list(cards) == ["rehabilitation"]
    card = cards["rehabilitation"]
    assert card["indicator"] == "info"
    assert labels(card) == []
    assert outcome(cards)["status"] == "not-applicable"


def test_nothing_known_still_calls_for_bone_treatment_and_rehabilitation():
    card = card_for([])
    assert "not estimated" in card["summary"]
    assert "Bone treatment and rehabilitation apply anyway" in card["summary"]
    assert {"Refer to rehabilitation", "Refer to fracture liaison service"} == set(labels(card))


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
