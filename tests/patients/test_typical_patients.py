"""Three hundred typical orders: how often they warn, how long they are, and the rules of every card."""

import statistics

import pytest

from cds_service.loading import load_service
from cds_service.samples import SITE_FOLDER, load_samples
from cds_service.samples.requests import order_sign_request
from cds_service.site.folder import load_site
from tests.chart_builders import HOOK, TODAY, ask, by_topic, open_service
from tests.generated_patients import Signing
from tests.patients.asking import cards_of
from tests.patients.reading import count_words, text_of
from tests.patients.rules import RULES
from tests.patients.typical import LONGEST, MEAN_LENGTH, MOST_WARNINGS, MOST_WORDS, tally, typical_orders

ORDERS = list(typical_orders(300))


@pytest.fixture(scope="module")
def found():
    return tally(ORDERS)


@pytest.fixture(scope="module")
def samples():
    """The sample patients with their cards."""
    ours, theirs = open_service(), load_service(load_site(SITE_FOLDER))
    answers = []
    for sample in load_samples(TODAY):
        service = theirs if sample.needs_site else ours
        body = order_sign_request(sample, plan=service.hooks[HOOK].discovery["prefetch"])
        drafts = tuple(entry["resource"] for entry in sample.draft_orders["entry"])
        answers.append((ask(body, service=service), Signing(tuple(sample.resources), drafts)))
    return answers


def test_few_orders_are_warned_of(found):
    assert found.warnings <= MOST_WARNINGS, found.by_topic


def test_an_answer_is_read_in_a_minute(found):
    assert statistics.median(found.words) <= MOST_WORDS


def test_summaries_are_short(found):
    assert max(found.lengths) <= LONGEST, found.longest
    assert statistics.mean(found.lengths) <= MEAN_LENGTH


def test_the_card_of_the_typical_patient_is_shorter():
    """P3: one level, nobody warned, no figure that may be printed, nothing on record that needs a line of its own."""
    plain = [signing for signing in ORDERS if is_plain(signing)]
    assert len(plain) > 15
    for signing in plain:
        card = by_topic(cards_of(signing))["rehabilitation"]
        is_usual = not any(one["isRecommended"] for one in card["suggestions"] if "rehabilitation" in one["label"])
        if card["indicator"] == "info" and "%" not in card["summary"] and is_usual:
            assert count_words(card) <= 90, text_of(card)


def is_plain(signing):
    """T-score and BMI and no other measure; problems that many have; no bone drug; nothing but the one order."""
    usual = {"c-I10", "c-E785", "c-E119", "c-M810", "c-I4891", "c-J449"}
    kinds = {one["resourceType"] for one in signing.record}
    measures = {one["id"] for one in signing.record if one["resourceType"] == "Observation"}
    problems = {one["id"] for one in signing.record if one["resourceType"] == "Condition"}
    drugs = {one["id"] for one in signing.record if one["resourceType"] == "MedicationRequest"}
    treated = {"m-alendronate", "m-risedronate", "m-teriparatide", "m-prednisone"}
    return (
        kinds <= {"Patient", "Observation", "Condition", "MedicationRequest", "Procedure"}
        and measures == {"o-bmi", "o-bmd-t-score"}
        and problems <= usual
        and not drugs & treated
        and len(signing.drafts) == 1
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one.__name__)
def test_every_card_of_a_typical_order_keeps_the_rule(rule):
    broken = [(fault, number) for number, one in enumerate(ORDERS) for fault in rule(cards_of(one), one)]
    assert broken == [], f"{len(broken)} times"


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one.__name__)
def test_every_card_of_a_sample_keeps_the_rule(samples, rule):
    assert [fault for cards, signing in samples for fault in rule(cards, signing)] == []
