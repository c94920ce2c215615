"""Source attributes of 45 CFR 170.315(b)(11) on every model card and behind every recommendation (G-ONC-1 to 7)."""

import re

import pytest

from cds_service.web.pages import guideline_lines
from tests.chart_builders import (
    ask,
    kyphoplasty,
    measured,
    open_service,
    order_sign,
    patient,
    quiet_lists,
    site_service,
)

CARDS = open_service().model_cards
# Governance reference, tables 1.2 and 1.3.
EVIDENCE_BASED = [
    *("A1_citation", "A2_developer", "A3_funding", "A4_dates", "A5_race", "A6_ethnicity", "A7_language"),
    *("A8_sexual_orientation", "A9_gender_identity", "A10_sex", "A11_birth_date", "A12_sdoh", "A13_health_status"),
]
PREDICTIVE = [
    *("B1_i_developer_contact", "B1_ii_funding", "B1_iii_output_value", "B1_iv_output_type", "B2_i_intended_use"),
    *("B2_ii_population", "B2_iii_users", "B2_iv_role", "B3_i_caution", "B3_ii_limitations", "B4_i_criteria"),
    *("B4_ii_input_variables", "B4_iii_representativeness", "B4_iv_relevance", "B5_i_fairness_approach"),
    *("B5_ii_bias_management", "B6_i_external_source", "B6_ii_external_party", "B6_iii_external_representativeness"),
    *("B6_iv_external_process", "B7_i_validity_internal", "B7_ii_fairness_internal", "B7_iii_validity_external"),
    *("B7_iv_fairness_external", "B7_v_outcome_evaluations", "B8_i_validity_monitoring", "B8_ii_validity_local"),
    *("B8_iii_fairness_monitoring", "B8_iv_fairness_local", "B9_i_update_schedule", "B9_ii_correction_schedule"),
]
OURS = {1, 3, 4, 5, 7, 8, 14, 26, 28, 30, 31}
# Table 1.4: numbers of the attributes that the paper reports, does not report, and that were never done.
TABLE = {
    "sarcopenia-pvm-2022": ({6, *range(9, 14)}, {2, 15, 16, 21, 22, 24}, {*range(17, 21), 23, 25}),
    "nvcf-nomogram-2024": ({6, *range(9, 14), *range(17, 22), 23}, {2, 15, 16, 22, 24}, {25}),
    "residual-pain-2025": ({2, 6, *range(9, 14)}, {15, 16, 21, 22, 24}, {*range(17, 21), 23, 25}),
    "psoas-plvi-2024": ({2, 6, *range(9, 14)}, {15, 16, 21, 22, 24}, {*range(17, 21), 23, 25}),
    "muscle-change-2021": ({6, *range(9, 14)}, {2, 15, 16, 21, 22, 24}, {*range(17, 21), 23, 25}),
}


@pytest.mark.parametrize("study", CARDS)
def test_g_onc_1_and_2_a_study_has_all_attributes_in_order_with_the_status_of_the_table(study):
    attributes = CARDS[study]["sourceAttributes"]
    assert list(attributes) == EVIDENCE_BASED + PREDICTIVE
    reported, not_reported, not_done = TABLE[study]
    expected = {
        **dict.fromkeys(reported, "reported"),
        **dict.fromkeys(OURS, "ours"),
        **dict.fromkeys(not_reported, "not_reported"),
        **dict.fromkeys(not_done, "not_done"),
        **dict.fromkeys({27, 29}, "local"),
    }
    assert {at: attributes[key]["status"] for at, key in enumerate(PREDICTIVE, 1)} == expected
    for one in attributes.values():
        assert set(one) == {"status", "text", "source"}
        assert not re.search(r"[{}]|^\W*$|\bN/A\b", one["text"])
        if one["status"] == "reported":
            assert re.match(rf"{study}: .+, (.*(Table|Methods|Results|Patients|Funding)|title page)", one["source"])
    assert "(n = 0)" in attributes["B8_ii_validity_local"]["text"]


@pytest.mark.parametrize("study", CARDS)
def test_g_onc_3_what_is_not_known_is_said_in_a_sentence(study):
    for key, one in CARDS[study]["sourceAttributes"].items():
        if one["status"] in {"not_reported", "not_done"}:
            assert re.search(r"\b(not reported|no |none )", one["text"], re.IGNORECASE), key
            assert one["text"].endswith(".")


def test_g_onc_1_every_recommendation_has_the_thirteen_with_its_own_citation():
    lines = guideline_lines(open_service())
    (hook,) = open_service().hooks.values()
    assert {one["recommendation"] for one in lines} == {rule.id for rule in hook.rules}
    for one in lines:
        assert list(one["sourceAttributes"]) == EVIDENCE_BASED
        cited = one["sourceAttributes"]["A1_citation"]
        assert cited["status"] == ("reported" if one["lines"] or one["studies"] else "ours")
        assert all(line["citation"] in cited["text"] for line in one["lines"])


def test_g_onc_4_a_card_says_role_population_and_limits_in_short_and_links_to_all():
    record = (patient(), *quiet_lists(), measured("bmi", 21.0), measured("bmd-t-score", -2.2))
    card = ask(order_sign(record, kyphoplasty()))[0]
    assert "advice" in card["source"]["label"]
    assert "214 patients (BMI 16–23)" in card["detail"]
    assert "not validated elsewhere" in card["detail"]
    assert any(one["url"].endswith("/models/sarcopenia-pvm-2022") for one in card["links"])


def test_g_onc_6_and_7_a_site_fills_its_own_and_the_digest_of_the_cards_changes(tmp_path):
    said = (
        'study = "nvcf-nomogram-2024"\nkey = "B8_ii_validity_local"\ntext = "O/E 0.8 (n = 120)."\nsource = "Report 1"\n'
    )
    service = site_service(tmp_path, f"[[source-attributes]]\n{said}")
    filled = service.model_cards["nvcf-nomogram-2024"]["sourceAttributes"]["B8_ii_validity_local"]
    assert filled == {"status": "local", "text": "O/E 0.8 (n = 120).", "source": "Report 1"}
    assert service.digests["model-cards"] != open_service().digests["model-cards"]
    assert service.digests["studies"] == open_service().digests["studies"]
