"""The sample patients over HTTP, each beside what a surgeon shall read: story.md and expected.toml of its folder."""

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cds_service.loading import load_service
from cds_service.samples import SITE_FOLDER, load_samples
from cds_service.samples.requests import order_sign_request
from cds_service.service import answer
from cds_service.site.folder import load_site
from tests.chart_builders import (
    HOOK,
    TODAY,
    KeptEntries,
    by_topic,
    model,
    open_service,
    outcome,
)
from tests.generated_patients import Signing
from tests.live_service import LiveService
from tests.patients.rules import faults_of

FOLDERS = {
    path.parent.name: path.parent
    for path in Path(__file__).parent.glob("*/expected.toml")
}
SAMPLES = {sample.id: sample for sample in load_samples(TODAY)}
# Before the name of a part in expected.toml: the card that it is of.
TOPICS = {"": "rehabilitation", "brace-": "braceLimit"}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """The cards of every sample patient, in the order they came."""
    ours, theirs = open_service(), load_service(load_site(SITE_FOLDER))

    def flow(_service, hook, request, ports):
        chosen = theirs if SAMPLES[request.context.patient_id].needs_site else ours
        return answer(chosen, chosen.hooks[hook.id], request, ports)

    live = LiveService(tmp_path_factory.mktemp("live"), audit=KeptEntries(), flow=flow)
    found = {}
    for name, sample in SAMPLES.items():
        plan = (theirs if sample.needs_site else ours).hooks[HOOK].discovery["prefetch"]
        found[name] = live.cards(order_sign_request(sample, plan=plan))
    live.close()
    return found


def expected(name) -> dict[str, Any]:
    return tomllib.loads(
        FOLDERS[name].joinpath("expected.toml").read_text(encoding="utf-8")
    )


def test_every_sample_patient_has_its_story_and_expectation():
    assert FOLDERS.keys() == SAMPLES.keys()
    for name, folder in FOLDERS.items():
        story = folder.joinpath("story.md").read_text(encoding="utf-8").splitlines()
        assert len(story) == 3, name
        assert expected(name).get("site", False) == SAMPLES[name].needs_site


@pytest.mark.parametrize("name", FOLDERS)
def test_the_cards_come_in_this_order_with_these_indicators(answers, name):
    wanted = expected(name)
    cards = answers[name]
    assert [card["source"]["topic"]["code"] for card in cards] == wanted["topics"]
    indicators = {card["source"]["topic"]["code"]: card["indicator"] for card in cards}
    assert indicators.get("rehabilitation") == wanted.get("indicator")
    assert indicators.get("braceLimit") == wanted.get("brace-indicator")


@pytest.mark.parametrize("name", FOLDERS)
def test_this_model_speaks_with_this_figure_and_band(answers, name):
    wanted, cards = expected(name), by_topic(answers[name])
    if not cards:
        assert wanted["topics"] == []
        return
    refracture = outcome(cards)
    assert refracture.get("headline") == wanted.get("headline")
    if "headline" not in wanted:
        assert refracture["status"] == wanted.get("status", "insufficient-data")
        return
    found = model(cards, wanted["headline"])
    assert found["band"] == wanted["band"]
    low, high = wanted.get("risk", (0, 1))
    assert low <= found["risk"] <= high
    held = {one["name"]: one["use"] for one in found["inputs"] if one["use"] != "as-is"}
    assert held == wanted.get("held", {})


@pytest.mark.parametrize("name", FOLDERS)
def test_these_orders_are_offered_and_these_are_chosen(answers, name):
    """A star stands for `isRecommended`."""
    offered = {
        topic: [
            f"{'* ' if one['isRecommended'] else ''}{one['label']}"
            for one in card.get("suggestions", ())
        ]
        for topic, card in by_topic(answers[name]).items()
    }
    assert {topic: sorted(labels) for topic, labels in offered.items()} == {
        topic: sorted(labels) for topic, labels in expected(name)["suggestions"].items()
    }


@pytest.mark.parametrize("name", FOLDERS)
def test_every_rule_of_cards_holds(answers, name):
    drafts = tuple(entry["resource"] for entry in SAMPLES[name].draft_orders["entry"])
    assert (
        faults_of(answers[name], Signing(tuple(SAMPLES[name].resources), drafts)) == []
    )


@pytest.mark.parametrize("name", FOLDERS)
def test_the_cards_say_this_and_do_not_say_that(answers, name):
    cards, wanted = by_topic(answers[name]), expected(name)
    for (start, topic), text in product(TOPICS.items(), ("summary", "detail")):
        if asked := wanted.get(start + text):
            said = cards[topic][text]
            missing = [words for words in asked.get("must", ()) if words not in said]
            unwanted = [words for words in asked.get("must-not", ()) if words in said]
            assert (missing, unwanted) == ([], []), (topic, said)
            assert said.startswith(asked.get("starts", ""))
