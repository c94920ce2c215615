"""The cards of the studies as programs read them."""

import json
import math

import pytest

from cds_service.core.data_file import data_root
from cds_service.hook_files.wording import banned_patterns
from tests.chart_builders import open_service

CARDS = open_service().model_cards
POOLED = CARDS["pooled-2026"]
SINGLE = [card for name, card in CARDS.items() if name != "pooled-2026"]


def test_cards_are_json_without_nulls():
    for card in CARDS.values():
        text = json.dumps(card, allow_nan=False)
        assert "null" not in text
        assert '""' not in text.replace('"horizonNote": ""', "")


def test_the_refracture_card_gives_the_printed_table():
    card = CARDS["sarcopenia-pvm-2022"]
    assert (card["n"], card["events"], card["horizonMonths"]) == (214, 74, 12)
    assert card["incidence"] == pytest.approx(0.346, abs=0.0005)
    assert card["intercept"] == pytest.approx(0.107, abs=0.1)
    assert card["coefficients"]["bmi"]["value"] == -0.59
    assert card["coefficients"]["bmi"]["se"] == pytest.approx(0.140, abs=0.0005)
    assert card["coefficients"]["bmi"]["interval"] == [-0.87, -0.32]
    assert card["coefficients"]["bmd-t-score"]["unit"] == "{T-score}"
    assert {"mna-category=B", "mna-category=C"} <= set(card["coefficients"])
    uses = {name: one["entersFigure"] for name, one in card["coefficients"].items()}
    assert {name for name, used in uses.items() if not used} == {
        "mna-category=B",
        "mna-category=C",
    }
    assert "one patient in ten" in card["coefficients"]["mna-category=C"]["why"]
    assert card["ranges"]["bmi"]["highest"] == pytest.approx(23.3, abs=0.2)
    assert card["errorRatios"]["bmi"] == pytest.approx(0.66, abs=0.02)


def test_the_corrected_misprint_stands_on_the_card_with_its_reason():
    procedure = CARDS["nvcf-nomogram-2024"]["coefficients"]["procedure"]
    assert (procedure["value"], procedure["printed"]) == (-1.390, 1.390)
    assert "0.249" in procedure["why"]
    assert (
        "printed" not in CARDS["nvcf-nomogram-2024"]["coefficients"]["ct-attenuation"]
    )


def test_performance_is_given_with_its_set_or_said_to_be_absent():
    measured = CARDS["nvcf-nomogram-2024"]["validation"]["measured"]
    aucs = {
        one["set"].split(" ")[0]: one["value"]
        for one in measured
        if one["measure"] == "AUC"
    }
    assert aucs == {"training": 0.801, "testing": 0.664, "validation": 0.832}
    assert CARDS["sarcopenia-pvm-2022"]["validation"]["measured"] == []
    assert "No validation" in CARDS["sarcopenia-pvm-2022"]["validation"]["summary"]


def test_every_card_stands_with_its_source_doubts_and_contrary_evidence():
    for card in SINGLE:
        assert card["source"]["url"].startswith("https://doi.org/10.")
        assert card["doubts"]
        assert card["advice"]
    said = {
        one["url"].removeprefix("https://doi.org/")
        for card in CARDS.values()
        for one in card["contraryEvidence"]
    }
    assert {  # evidence page, "Contrary evidence" and "VBQ does not travel"
        "10.1186/s13018-025-06424-5",
        "10.1186/s12891-025-08998-x",
        "10.31616/asj.2024.0467",
        "10.1227/neu.0000000000003282",
        "10.1038/s41598-025-86721-5",
        "10.1007/s00586-024-08274-x",
    } <= said
    refracture = CARDS["sarcopenia-pvm-2022"]["contraryEvidence"]
    assert any("3.50 (2.06-5.93" in one["statement"] for one in refracture)


@pytest.mark.parametrize(
    ("entry", "printed"),
    [
        pytest.param("vbq-scale", ("2.799", "3.52"), id="yeh-2025"),
        pytest.param("vbq-scale-second", ("23.47", "4.14"), id="sci-rep-2025"),
        pytest.param("junction-opposite", ("3.50", "2.06, 5.93"), id="liu-2025"),
        pytest.param("pooled-sarcopenia", ("2.92", "1.34-6.34"), id="nguyen-2025"),
        pytest.param("plvi-not-significant", ("not recorded",), id="ours"),
    ],
)
def test_contrary_evidence_carries_the_words_it_was_read_from(entry, printed):
    """Numbers as the abstracts print them, read on 23 November 2026."""
    entries = [one for card in CARDS.values() for one in card["contraryEvidence"]]
    assert all(one["quote"] for one in entries)
    (quote,) = {one["quote"] for one in entries if one["id"] == entry}
    assert all(number in quote for number in printed)


def test_the_rate_that_the_paper_does_not_print_is_called_our_computation():
    card = CARDS["nvcf-nomogram-2024"]
    texts = [
        *card["doubts"],
        *card["limits"],
        *(one.get("text", "") for one in card["validation"]["measured"]),
    ]
    said = [text for text in texts if "16 %" in text]
    assert len(said) == 3
    assert all("our computation" in text for text in said)
    assert not any("nine months" in text for text in texts)


def test_strata_and_marker_studies_have_a_card_without_coefficients():
    strata, marker = CARDS["psoas-plvi-2024"], CARDS["muscle-change-2021"]
    assert "coefficients" not in strata
    assert [(one["outcome"], one["events"]) for one in strata["strata"]] == [
        ("refracture", 3),
        ("refracture", 8),
        ("residual-pain", 2),
        ("residual-pain", 6),
    ]
    assert "horizonMonths" not in marker
    assert [one["refractured"]["median"] for one in marker["markers"]] == [
        -10.1,
        10.6,
        -19.2,
    ]


# --- the pooled model


def test_the_pooled_card_gives_every_input_as_pooled_and_as_used():
    bone = POOLED["coefficients"]["bmd-t-score"]
    assert bone["pooled"] == pytest.approx(-0.494, abs=0.001)
    assert math.exp(-bone["value"]) == pytest.approx(1.48, abs=0.01)
    assert bone["leftOut"]["study"] == "sarcopenia-pvm-2022"
    assert bone["leftOut"]["of"] == "tau"
    assert bone["allIn"]["tau"] == pytest.approx(0.598, abs=0.001)
    assert len(POOLED["coefficients"]) == 9
    assert POOLED["ranges"]["bmi"] == {"lowest": 17, "highest": 25}


def test_the_pooled_card_gives_its_average_and_how_far_a_new_hospital_may_lie():
    assert POOLED["incidence"] == pytest.approx(0.166, abs=0.0005)
    assert POOLED["baseline"]["interval"] == pytest.approx([0.136, 0.201], abs=0.0005)
    assert POOLED["baseline"]["newHospital"] == pytest.approx([0.07, 0.34], abs=0.005)
    assert POOLED["baseline"]["usual"] == "1 in 6"
    assert len(POOLED["baseline"]["rates"]) == 17


def test_the_pooled_card_says_what_it_is_never_for_and_what_speaks_against_it():
    assert {"to reassure a patient", "to compare hospitals"} <= set(POOLED["neverFor"])
    assert [one["judgement"] for one in POOLED["riskOfBias"]] == ["high"] * 5
    assert POOLED["against"]
    named = {one["id"] for one in POOLED["contraryEvidence"]}
    assert {"external-auc", "pooled-bone-density"} <= named


def test_the_simulation_of_the_pooled_model_stands_with_its_provenance():
    found = POOLED["simulation"]
    assert "As given by an independent calculation" in found["provenance"]
    worst = next(one for one in found["rows"] if one["incidence"] == "34.6 %")
    assert (worst["slope"]["pooled"], worst["errorPoints"]["pooled"]) == (5.2, 21.8)


def test_every_text_of_the_pooled_card_keeps_to_the_wording_rules():
    texts = list(texts_of(POOLED))
    assert len(texts) > 200
    for text in texts:
        assert not any(
            pattern.search(text) for pattern in banned_patterns([data_root("hooks")])
        ), text


def texts_of(part):
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from texts_of(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts_of(value)


@pytest.mark.parametrize(
    ("study", "overall", "per_coefficient", "intercept"),
    [
        ("sarcopenia-pvm-2022", "high", 9.3, 0.107),
        ("nvcf-nomogram-2024", "high", 9.3, 2.173),
        ("residual-pain-2025", "high", 4.1, -15.79),
    ],
)
def test_g_mod_1_and_5_a_models_card_says_its_intercept_risk_of_bias_and_events_per_coefficient(
    study, overall, per_coefficient, intercept
):
    card = CARDS[study]
    judged = {one["domain"]: one["judgement"] for one in card["riskOfBias"]}
    assert list(judged) == [
        "participants and data sources",
        "predictors",
        "outcome",
        "analysis",
        "overall",
    ]
    assert (judged["overall"], judged["analysis"]) == (overall, "high")
    assert card["eventsPerCoefficient"] == pytest.approx(per_coefficient, abs=0.06)
    assert card["intercept"] == pytest.approx(intercept, abs=0.1)
    assert "mean risk over the rebuilt cohort" in card["interceptMethod"]


@pytest.mark.parametrize("card", SINGLE, ids=lambda card: card["id"])
def test_every_study_is_judged_in_the_domains_of_probast(card):
    """Those without a model too: a marker and two rates are read from them."""
    assert [one["domain"] for one in card["riskOfBias"]] == [
        "participants and data sources",
        "predictors",
        "outcome",
        "analysis",
        "overall",
    ]
    assert {one["judgement"] for one in card["riskOfBias"]} <= {
        "low",
        "high",
        "unclear",
    }
