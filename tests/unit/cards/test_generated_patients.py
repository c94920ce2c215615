"""What holds for the cards of any patient at all: 400 generated signings."""

import json
import re
from dataclasses import replace
from functools import cache

from hypothesis import given, settings

from cds_service.loading import load_service
from cds_service.samples import SITE_FOLDER
from cds_service.site.folder import load_site
from tests.chart_builders import ask, texts_of
from tests.generated_patients import signings
from tests.patients.rules import RULES_OF_ANY_REQUEST


@cache
def site_service():
    return load_service(load_site(SITE_FOLDER))


def faults(cards, signing):
    return [fault for rule in RULES_OF_ANY_REQUEST for fault in rule(cards, signing)]


@given(signings())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_any_patient_keeps_every_rule(signing):
    assert faults(ask(signing.request()), signing) == []


@given(signings())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_patient_of_a_site_keeps_every_rule(signing):
    assert faults(ask(signing.request(service=site_service()), service=site_service()), signing) == []


@given(signings())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_answer_does_not_depend_on_the_order_of_the_resources(signing):
    backwards = replace(signing, record=signing.record[::-1], drafts=signing.drafts[::-1])
    assert ask(signing.request()) == ask(backwards.request())


@given(signings())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_another_call_gives_the_same_texts_under_other_uuids(signing):
    first = ask(signing.request())
    second = ask(signing.request(hook_instance="11111111-2222-4333-8444-555555555555"))
    assert [texts_of(card) for card in first] == [texts_of(card) for card in second]
    assert [card.get("extension") for card in first] == [card.get("extension") for card in second]
    ids = [set(re.findall(r'"uuid": "([^"]+)"', json.dumps(answer))) for answer in (first, second)]
    assert not ids[0] & ids[1]
    assert len(ids[0]) == len(ids[1])
