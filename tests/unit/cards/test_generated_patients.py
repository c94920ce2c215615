"""What holds for the cards of any patient at all: 400 generated signings, and the nine samples."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings

from cds_service.demo.requests import order_sign_request
from cds_service.loading import load_service
from cds_service.samples import SITE_FOLDER, load_samples
from cds_service.site.folder import load_site
from tests.chart_builders import HOOK, TODAY, ask, texts_of
from tests.display_rules import CHECKS
from tests.generated_patients import signings


@cache
def site_service():
    return load_service(load_site(SITE_FOLDER))


@cache
def sample_answers():
    """The cards of the sample patients, by name."""
    found = {}
    for sample in load_samples(TODAY):
        service = site_service() if sample.needs_site else load_service()
        body = order_sign_request(sample, plan=service.hooks[HOOK].discovery["prefetch"])
        found[sample.id] = ask(body, service=service)
    return found


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", [sample.id for sample in load_samples(TODAY)])
def test_the_samples_keep_every_rule(check, name):
    check(sample_answers()[name])


@given(signings())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_any_patient_keeps_every_rule(signing):
    cards = ask(signing.request())
    for check in CHECKS:
        check(cards)


@given(signings())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_patient_of_a_site_keeps_every_rule(signing):
    cards = ask(signing.request(service=site_service()), service=site_service())
    for check in CHECKS:
        check(cards)


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
