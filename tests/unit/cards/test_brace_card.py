"""The second card: limits on bracing and bed rest, the corrected order, and who is left alone."""

from __future__ import annotations

import pytest
from fhir.resources.R4B.devicerequest import DeviceRequest

from cds_service.loading import load_service
from cds_service.site.folder import load_site
from tests.chart_builders import (
    ask,
    bed_rest,
    brace,
    by_topic,
    cards_for,
    kyphoplasty,
    labels,
    order_sign,
    ordered,
    period,
    problem,
    strong_and_nourished,
    thin_and_weak,
)

KEPT = {
    "note": [{"text": "Wear when out of bed."}],
    "reasonCode": [{"text": "Fracture L1"}],
    "extension": [{"url": "https://ehr.example.org/x", "valueString": "kept"}],
    "priority": "urgent",
}


def brace_card(*drafts, record=None, service=None):
    found = cards_for(strong_and_nourished() if record is None else record, kyphoplasty(), *drafts, service=service)
    return found.get("braceLimit")


def corrected(card):
    (suggestion,) = card["suggestions"]
    (action,) = suggestion["actions"]
    assert action["type"] == "update"
    return action["resource"]


def test_without_a_brace_one_line_says_what_would_be_the_limit():
    card = brace_card()
    assert card["indicator"] == "info"
    assert labels(card) == []
    for words in ("only while pain needs it", "2 weeks", "8 weeks", "No brace order found"):
        assert words in card["summary"]
    assert "**Corrected" not in card["detail"]


def test_an_open_ended_brace_is_a_warning_with_the_corrected_order():
    card = brace_card(brace(**KEPT))
    assert card["indicator"] == "warning"
    assert "8 weeks" in card["summary"]
    assert "unstable" in card["summary"]  # when to keep it
    assert labels(card) == ["Add end date 15 Jan 2027 and 2-week review"]
    assert card["suggestions"][0]["isRecommended"] is True
    assert "4 Dec 2026" in card["detail"]


def test_the_corrected_order_is_the_draft_with_an_end_and_all_else_kept():
    draft = brace(**KEPT)
    order = corrected(brace_card(draft))
    DeviceRequest.model_validate(order)
    assert order == {**draft, "occurrencePeriod": {"start": "2026-11-20", "end": "2027-01-15"}}


def test_a_brace_that_starts_later_counts_from_its_start():
    order = corrected(brace_card(brace(occurrencePeriod=period(14, None))))
    assert order["occurrencePeriod"] == {"start": "2026-12-04", "end": "2027-01-29"}


def test_a_timing_is_bounded_in_place():
    timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
    order = corrected(brace_card(brace(occurrenceTiming=timing)))
    assert "occurrencePeriod" not in order
    assert order["occurrenceTiming"]["repeat"] == {
        **timing["repeat"],
        "boundsPeriod": {"start": "2026-11-20", "end": "2027-01-15"},
    }


@pytest.mark.parametrize("days", [7, 56])
def test_a_brace_within_the_limit_is_an_info(days):
    card = brace_card(brace(occurrencePeriod=period(0, days)))
    assert card["indicator"] == "info"
    assert labels(card) == []
    assert "within" in card["summary"]


def test_a_brace_of_one_day_more_breaks_the_limit():
    assert brace_card(brace(occurrencePeriod=period(0, 57)))["indicator"] == "warning"


def test_an_active_brace_is_warned_of_and_not_touched():
    card = brace_card(record=(*strong_and_nourished(), brace(status="active")))
    assert card["indicator"] == "warning"
    assert labels(card) == []
    assert "already active" in card["summary"]


@pytest.mark.parametrize("reason", ["unstable-fracture", "neurological-deficit"])
def test_a_reason_to_keep_the_brace_makes_an_info_with_an_unselected_correction(reason):
    card = brace_card(brace(), record=(*strong_and_nourished(), problem(reason, days=20)))
    assert card["indicator"] == "info"
    assert "reason to keep" in card["summary"]
    assert [one["isRecommended"] for one in card["suggestions"]] == [False]


def test_reasons_to_keep_a_longer_brace_are_named_with_any_brace():
    for drafts in ((brace(),), (brace(occurrencePeriod=period(0, 30)),)):
        detail = brace_card(*drafts)["detail"]
        for words in (
            "posterior wall",
            "neurological deficit",
            "another untreated fracture",
            "pain that stops walking",
        ):
            assert words in detail


def test_contrary_evidence_and_the_source_of_the_weeks_are_named():
    detail = brace_card(brace())["detail"]
    assert "no trial after kyphoplasty" in detail.lower()
    assert "another no benefit" in detail
    assert "less pain and fewer refractures" in detail
    assert "policy" in detail
    assert "no study's figure" in detail


@pytest.mark.parametrize("code", ["L0120", "L1832", "L0621"])  # cervical, knee, sacroiliac
def test_other_orthoses_are_none_of_ours(code):
    assert "No brace order found" in brace_card(brace(code=code))["summary"]


def test_a_payers_length_of_need_99_is_not_wear_time():
    bounds = {
        "repeat": {"boundsDuration": {"value": 99, "unit": "mo", "code": "mo", "system": "http://unitsofmeasure.org"}}
    }
    card = brace_card(brace(occurrenceTiming=bounds))
    assert card["indicator"] == "warning"
    assert "no end date" in card["summary"]
    assert "payerForm" in {one["code"] for one in card["overrideReasons"]}


@pytest.mark.parametrize(("hours", "indicator"), [(4, "info"), (24, "info"), (25, "warning"), (None, "warning")])
def test_bed_rest_beyond_a_day_is_a_warning_and_routine_rest_is_not(hours, indicator):
    card = brace_card(bed_rest(hours))
    assert card["indicator"] == indicator
    assert ("Bed rest" in card["summary"]) == (indicator == "warning")


def test_bed_rest_is_no_warning_where_no_exercise_is_advised():
    cards = cards_for((*strong_and_nourished(), problem("neurological-deficit")), kyphoplasty(), bed_rest(None))
    assert "braceLimit" not in cards or cards["braceLimit"]["indicator"] == "info"


def test_a_list_of_device_orders_that_could_not_be_read_is_said():
    body = order_sign(strong_and_nourished(), kyphoplasty())
    body["prefetch"]["deviceRequests"] = {"resourceType": "OperationOutcome", "issue": []}
    summary = by_topic(ask(body))["braceLimit"]["summary"]
    assert "No brace order found" not in summary
    assert "could not be read" in summary


def test_a_list_of_procedures_that_could_not_be_read_says_nothing_of_braces():
    body = order_sign(strong_and_nourished(), kyphoplasty())
    body["prefetch"]["procedures"] = {"resourceType": "OperationOutcome", "issue": []}
    assert "No brace order found" in by_topic(ask(body))["braceLimit"]["summary"]


def test_the_weeks_of_a_site_change_texts_and_dates(tmp_path):
    tmp_path.joinpath("site.toml").write_text(
        '[site]\nname = "Test"\n[policy]\nbrace-max-weeks = 6\nbrace-review-weeks = 3\n', encoding="utf-8"
    )
    service = load_service(load_site(tmp_path))
    card = brace_card(brace(), service=service)
    assert "6 weeks" in card["summary"]
    assert labels(card) == ["Add end date 1 Jan 2027 and 3-week review"]
    assert "11 Dec 2026" in card["detail"]
    assert "this site's policy" in card["detail"]
    assert corrected(card)["occurrencePeriod"]["end"] == "2027-01-01"
    assert "8 weeks:" not in card["detail"]
    cards = cards_for(thin_and_weak(), kyphoplasty(), service=service)
    assert "3-week" in cards["rehabilitation"]["detail"]
    (therapy,) = (
        action["resource"]
        for one in cards["rehabilitation"]["suggestions"]
        if one["label"] == "Refer to rehabilitation"
        for action in one["actions"]
    )
    assert "3-week" in " ".join(note["text"] for note in therapy["note"])
    assert "{" not in " ".join(note["text"] for note in therapy["note"])


def test_everything_ordered_leaves_the_plain_brace_card_out_but_not_a_warning():
    done = tuple(ordered(kind) for kind in ("rehabilitation", "dietitian", "bone-treatment"))
    assert brace_card(record=(*thin_and_weak(), *done)) is None
    assert brace_card(brace(), record=(*thin_and_weak(), *done))["indicator"] == "warning"


def test_the_therapy_order_is_one_that_a_physiotherapist_can_work_from():
    cards = cards_for(thin_and_weak(), kyphoplasty())
    (therapy,) = (
        action["resource"]
        for one in cards["rehabilitation"]["suggestions"]
        if one["label"] == "Refer to rehabilitation"
        for action in one["actions"]
    )
    words = " ".join(note["text"] for note in therapy["note"])
    for part in ("Goal", "Start", "Content", "Precautions", "Falls", "Stop", "Review"):
        assert part in words
    for content in ("back extensors", "balance", "no loaded bending or twisting", "2-week"):
        assert content in words
