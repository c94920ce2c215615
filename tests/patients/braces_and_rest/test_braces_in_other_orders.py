"""A brace or bed rest that the order of something else asks for."""

import pytest

from tests.chart_builders import (
    brace,
    cards_for,
    drafted,
    kyphoplasty,
    labels,
    period,
    quiet_lists,
)


def summary_of(*drafts):
    """The summary of the brace card; empty without that card."""
    return cards_for(quiet_lists(), *drafts).get("braceLimit", {}).get("summary", "")


def with_note(words):
    return kyphoplasty(note=[{"text": words}])


def titled(words):
    return kyphoplasty(code="") | {"code": {"text": words}}


def therapy(words, **members):
    return drafted("ServiceRequest", "therapy", code={"text": words}, **members)


@pytest.mark.parametrize(
    "drafts",
    [
        pytest.param([with_note("TLSO for 12 weeks when out of bed")], id="note"),
        pytest.param(
            [kyphoplasty(patientInstruction="Wear the TLSO for 12 weeks")],
            id="instruction",
        ),
        pytest.param([titled("Kyphoplasty L1, then TLSO for 12 weeks")], id="title"),
        pytest.param(
            [kyphoplasty(), therapy("Physiotherapy and TLSO brace 12 weeks")],
            id="title of a therapy",
        ),
        pytest.param(
            [kyphoplasty(), therapy("Krankengymnastik und TLSO für 12 Wochen")],
            id="German title of a therapy",
        ),
        pytest.param(
            [with_note("TLSO for 12 weeks"), brace(occurrencePeriod=period(0, 42))],
            id="longer than its own order",
        ),
    ],
)
def test_a_long_brace_in_another_order_is_named(drafts):
    card = cards_for(quiet_lists(), *drafts)["braceLimit"]
    assert card["summary"].startswith("TLSO for 12 weeks: off by 15 Jan")
    assert "part of another order" in card["detail"]
    assert card["indicator"] == "info"
    assert not labels(card)


@pytest.mark.parametrize(
    "words",
    [
        "Postoperative TLSO x 12 weeks",
        "Patient already has TLSO; continue TLSO for 12 weeks",
        "Severe pain. Kyphoplasty L1, then TLSO for 12 weeks, physio",
        "TLSO for 12 weeks when out of bed. DVT prophylaxis.",
        "Danach Korsett für 12 Wochen",
        "Corset pendant 12 semaines après",
        "Corsetto per 12 settimane",
        "Korset gedurende 12 weken",
        "コルセット12週間",
    ],
)
def test_a_brace_that_is_plainly_ordered_counts(words):
    assert "off by 15 Jan" in summary_of(with_note(words))


@pytest.mark.parametrize(
    "words", ["Strict bed rest for 2 weeks afterwards", "Bettruhe für 2 Wochen"]
)
def test_long_bed_rest_in_the_order_of_the_operation_warns(words):
    card = cards_for(quiet_lists(), with_note(words))["braceLimit"]
    assert card["summary"].startswith("Bed rest 2 weeks ordered")
    assert card["indicator"] == "warning"


@pytest.mark.parametrize(
    "words",
    [
        "No brace needed",
        "Patient has a TLSO",
        "Wean TLSO over 12 weeks",
        "Failed conservative management with TLSO brace for 12 weeks.",
        "Pain despite TLSO x 12 weeks",
        "Bed rest for 3 weeks without improvement",
        "Trotz Korsett für 12 Wochen starke Schmerzen",
        "Nach 12 Wochen im Korsett weiter Schmerzen",
        "Échec du corset pendant 3 mois",
        "Fracaso del corsé durante 3 meses",
        "Nonostante il corsetto per 3 mesi",
        "TLSO x 3 months unsuccessful",
        "On bed rest 5 days due to pain",
        "Bed rest x 5 days, pain uncontrolled",
        "12 Wochen Korsett, weiter Schmerz",
        "Traitement par corset 3 mois inefficace",
        "卧床2周后仍疼痛",
        "コルセット3ヶ月で改善なし",
        "支具治疗3个月无效",
        "Wear the TLSO for 6 weeks",
        "TLSO when out of bed",
        "TLSO after. Physiotherapy 12 weeks.",
        "X-ray in TLSO at 12 weeks",
        "Flat bed rest for 4 hours post procedure",
    ],
)
def test_what_was_tried_or_is_usual_makes_no_card(words):
    assert summary_of(with_note(words)) == ""


@pytest.mark.parametrize(
    "words",
    [
        "Unable to walk, bed rest 3 weeks",
        "Unable to walk. Bed rest for 3 weeks.",
        "Remove TLSO at 12 weeks",
        "If unstable, TLSO for 12 weeks",
        "Kümmell, TLSO 12 weeks, vacuum cleft",
        "Remains symptomatic in TLSO 12 weeks",
        "Z.n. Korsett 12 Wochen",
        "Z. n. Korsett 12 Wochen",
        "Severe pain. TLSO 12 weeks.",
        "TLSO 12 weeks. No improvement.",
        "Wear TLSO. Symptoms for 12 weeks.",
        "Opioids, TLSO 12 weeks, physio",
    ],
)
def test_what_is_not_plainly_ordered_makes_no_card(words):
    assert summary_of(with_note(words)) == ""


@pytest.mark.parametrize(
    "words",
    [
        "Kyphoplasty L1, then TLSO not needed for 12 weeks",
        "Kyphoplasty L1, then Avoid brace 12 weeks",
        "Kyphoplasty L1, then remove TLSO at 12 weeks",
        "Kyphoplasty L1, then, if unstable, TLSO for 12 weeks",
    ],
)
def test_nor_does_a_title_that_ends_or_rules_it_out(words):
    assert summary_of(titled(words)) == ""


@pytest.mark.parametrize(
    "words",
    [
        "Physiotherapy in TLSO for 12 weeks",
        "Physiotherapy 12 weeks and TLSO",
        "Physiotherapy, TLSO when out of bed for 12 weeks",
    ],
)
def test_the_weeks_of_a_therapy_are_none_of_a_brace(words):
    assert summary_of(kyphoplasty(), therapy(words)) == ""
