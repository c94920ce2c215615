"""The display rules D1 to D7 and the contract's "What is said", each on a request built for it."""

import re

import pytest

from cds_service.samples import load_samples
from cds_service.samples.requests import order_sign_request
from tests.chart_builders import (
    ASSESSMENTS,
    CHART,
    HOOK,
    TODAY,
    ask,
    by_topic,
    cards_for,
    kyphoplasty,
    labels,
    model,
    order_sign,
    patient,
    quiet_lists,
    site_service,
    thin_and_weak,
)
from tests.patients.charts import measured as by_method
from tests.tables import cases

WORDS = CHART | {"by_method": by_method, "patient": patient}
CHARTS = {"quiet": quiet_lists, "thin": thin_and_weak}


@pytest.mark.parametrize("case", cases(__file__, "said", WORDS), ids=lambda case: case["why"])
def test_what_the_first_card_says(case):
    drafts = case.get("drafts", [kyphoplasty()])
    cards = cards_for((*CHARTS[case["of"]](), *case.get("record", ())), *drafts)
    card = cards["rehabilitation"]
    lines = card["detail"].splitlines()
    assert card["indicator"] == case.get("indicator", card["indicator"])
    assert [words for words in case.get("says", ()) if words not in card["detail"]] == []
    assert case.get("summary", "") in card["summary"]
    assert [words for words in case.get("unsaid", ()) if words in card["summary"]] == []
    assert not set(case.get("without", ())) & cards.keys()
    if "line" in case:
        heading, words = case["line"]
        (line,) = [one for one in lines if one.lstrip("- ").startswith(f"**{heading}")]
        assert words in line
    if "why_without" in case:
        (reasons,) = [one for one in lines if one.startswith("**Why")]
        assert not re.search(case["why_without"], reasons)
    if "status" in case:
        assert {one["status"] for one in card["extension"][ASSESSMENTS]} == {case["status"]}
    if "band" in case:
        assert model(cards, "sarcopenia-pvm-2022")["band"] == case["band"]
    if "input" in case:
        name, value = case["input"]
        inputs = model(cards, "sarcopenia-pvm-2022")["inputs"]
        assert [one["value"] for one in inputs if one["name"] == name] == [value]
    assert set(case.get("offered", ())) <= set(labels(card))
    assert not set(case.get("not_offered", ())) & set(labels(card))
    chosen = {one["label"] for one in card.get("suggestions", ()) if one["isRecommended"]}
    assert set(case.get("chosen", ())) <= chosen


@pytest.mark.parametrize(("share", "is_large"), [("0.20", False), ("0.05", True)])  # 0.75 and 2.3 log odds
def test_d4_with_a_site_baseline_it_says_what_was_adjusted(tmp_path, share, is_large):
    """Of a sample patient in whom everything is measured."""
    service = site_service(tmp_path, f"[baseline]\nrefracture = {{ incidence = {share}, months = 12 }}\n")
    sample = next(one for one in load_samples(TODAY) if one.id == "p2-low")
    body = order_sign_request(sample, plan=service.hooks[HOOK].discovery["prefetch"])
    card = by_topic(ask(body, service=service))["rehabilitation"]
    assert "ot calibrated here" not in card["detail"]
    assert f"this site's incidence ({float(share):.0%})".replace("%", " %") in card["detail"]
    assert ("That adjustment is large" in card["detail"]) is is_large
    if not is_large:
        assert "this site's average 20 %" in card["summary"]
        assert "each look like the study's" in card["detail"]


def test_an_order_list_that_could_not_be_read_forbids_saying_not_ordered_yet():
    body = order_sign(thin_and_weak(), kyphoplasty())
    body["prefetch"]["serviceRequests"] = {"resourceType": "OperationOutcome", "issue": []}
    card = by_topic(ask(body))["rehabilitation"]
    assert "Not ordered yet" not in card["summary"]
    assert "active orders could not be read" in card["detail"]
