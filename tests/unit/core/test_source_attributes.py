"""Source attributes of 45 CFR 170.315(b)(11) on every model card and behind every recommendation (G-ONC-1 to 7)."""

import re

import pytest

from cds_service.web.pages.about import guideline_lines
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
from tests.tables import cases

CARDS = open_service().model_cards
EVIDENCE_BASED, PREDICTIVE = (
    cases(__file__, name) for name in ("evidence-based", "predictive")
)
LOCAL = {27, 29}
STATED = {
    status: cases(__file__, status)
    for status in ("reported", "not_reported", "not_done")
}


@pytest.mark.parametrize("study", CARDS)
def test_g_onc_1_and_2_a_study_has_all_attributes_in_order_with_the_status_of_the_table(
    study,
):
    attributes = CARDS[study]["sourceAttributes"]
    assert list(attributes) == EVIDENCE_BASED + PREDICTIVE
    expected = {at: "local" if at in LOCAL else "ours" for at in range(1, 32)}
    expected |= {
        at: status for status, of_study in STATED.items() for at in of_study[study]
    }
    assert {
        at: attributes[key]["status"] for at, key in enumerate(PREDICTIVE, 1)
    } == expected
    for one in attributes.values():
        assert set(one) == {"status", "text", "source"}
        assert not re.search(r"[{}]|^\W*$|\bN/A\b", one["text"])
        if one["status"] == "reported":
            assert re.match(
                rf"{study}: .+, (.*(Table|Methods|Results|Patients|Funding)|title page)",
                one["source"],
            )
    assert "(n = 0)" in attributes["B8_ii_validity_local"]["text"]


@pytest.mark.parametrize("study", CARDS)
def test_g_onc_3_what_is_not_known_is_said_in_a_sentence(study):
    for key, one in CARDS[study]["sourceAttributes"].items():
        if one["status"] in {"not_reported", "not_done"}:
            assert re.search(
                r"\b(not reported|no |none )", one["text"], re.IGNORECASE
            ), key
            assert one["text"].endswith(".")


def test_g_onc_1_every_recommendation_has_the_thirteen_with_its_own_citation():
    lines = guideline_lines(open_service())
    hooks = open_service().hooks.values()
    rules = {rule.id for hook in hooks for rule in hook.rules}
    assert {one["recommendation"] for one in lines} == rules
    assert len(lines) == len(rules)
    for one in lines:
        assert list(one["sourceAttributes"]) == EVIDENCE_BASED
        cited = one["sourceAttributes"]["A1_citation"]
        assert cited["status"] == (
            "reported" if one["lines"] or one["studies"] else "ours"
        )
        assert all(line["citation"] in cited["text"] for line in one["lines"])


def test_g_onc_4_a_card_says_role_population_and_limits_in_short_and_links_to_all():
    record = (
        patient(),
        *quiet_lists(),
        measured("bmi", 21.0),
        measured("bmd-t-score", -2.2),
    )
    card = ask(order_sign(record, kyphoplasty()))[0]
    assert "advice" in card["source"]["label"]
    assert "rough guide, 17 studies pooled" in card["detail"]
    assert "not tested here" in card["detail"]
    assert any(one["url"].endswith("/models/pooled-2026") for one in card["links"])


def test_g_onc_6_and_7_a_site_fills_its_own_and_the_digest_of_the_cards_changes(
    tmp_path,
):
    said = 'study = "nvcf-nomogram-2024"\nkey = "B8_ii_validity_local"\ntext = "O/E 0.8 (n = 120)."\nsource = "Report 1"\n'
    service = site_service(tmp_path, f"[[source-attributes]]\n{said}")
    filled = service.model_cards["nvcf-nomogram-2024"]["sourceAttributes"][
        "B8_ii_validity_local"
    ]
    assert filled == {
        "status": "local",
        "text": "O/E 0.8 (n = 120).",
        "source": "Report 1",
    }
    assert service.digests["model-cards"] != open_service().digests["model-cards"]
    assert service.digests["studies"] == open_service().digests["studies"]
