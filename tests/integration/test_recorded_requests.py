"""Requests that real clients put on the wire, posted to the running service.

The recorded bodies lie outside this checkout; without them these tests are skipped.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from cds_service.samples.fhir_server import start_fhir_server
from tests.card_rules import faults_of
from tests.live_service import FEEDBACK, assessments_of, words_of
from tests.wire_builders import SHARED

RECORDED = SHARED / "data" / "cds-requests"
PAGE_SIZE = 5
FEEDBACK_BODIES = {"048", "049", "051"}
WITHOUT_PREFETCH = {"119": "120", "121": "122", "123": "124", "132": "133", "134": "135"}
KYPHOPLASTIES = {*WITHOUT_PREFETCH, *WITHOUT_PREFETCH.values()}


def recorded() -> dict[str, Any]:
    """Bodies by number; none where they do not lie beside this checkout."""
    paths = sorted(RECORDED.glob("[0-9][0-9][0-9]-*.json"))
    return {path.name[:3]: json.loads(path.read_text(encoding="utf-8")) for path in paths}


BODIES = recorded()
needs_recorded = pytest.mark.skipif(not BODIES, reason="the recorded requests are not beside this checkout")


def of_hook(*, is_ours: bool) -> list[str]:
    numbers = [number for number in BODIES if number not in FEEDBACK_BODIES]
    return [number for number in numbers if (BODIES[number]["hook"] == "order-sign") is is_ours]


@needs_recorded
def test_all_71_bodies_are_there():
    assert len(BODIES) == 71
    assert len(of_hook(is_ours=True)) + len(of_hook(is_ours=False)) + len(FEEDBACK_BODIES) == 71


@pytest.mark.parametrize("number", [number for number in of_hook(is_ours=True) if number not in WITHOUT_PREFETCH])
def test_an_order_sign_is_answered_with_cards_where_a_kyphoplasty_is_signed_and_without_elsewhere(service, number):
    reply = service.post(BODIES[number])
    assert reply.status == 200
    assert faults_of(reply.json()) == []
    assert bool(reply.json()["cards"]) is (number in KYPHOPLASTIES)


@pytest.mark.parametrize("number", of_hook(is_ours=False))
def test_another_hook_is_refused_with_an_operation_outcome(service, number):
    reply = service.post(BODIES[number])
    assert reply.status == 400
    (issue,) = OperationOutcome.model_validate(reply.json()).issue
    assert "order-sign" in issue.details.text


@needs_recorded
@pytest.mark.parametrize("number", sorted(FEEDBACK_BODIES))
def test_feedback_is_taken_although_its_cards_are_of_another_service(service, number):
    reply = service.post(BODIES[number], FEEDBACK)
    assert (reply.status, reply.json()) == (200, {})


def resources_of(prefetch: dict[str, Any]) -> list[dict[str, Any]]:
    """What stands in a prefetch, each resource once."""
    found = [value for value in prefetch.values() if value["resourceType"] != "Bundle"]
    bundles = [value for value in prefetch.values() if value["resourceType"] == "Bundle"]
    found += [entry["resource"] for bundle in bundles for entry in bundle.get("entry", [])]
    return list({(one["resourceType"], one["id"]): one for one in found}.values())


@needs_recorded
@pytest.mark.parametrize(("bare", "full"), WITHOUT_PREFETCH.items())
def test_a_kyphoplasty_without_prefetch_gets_the_assessments_of_its_twin_with_prefetch(service, bare, full):
    """Both name a server that holds the twin's prefetch: keys of ours that the client did not send are pulled."""
    twin = BODIES[full]
    assert "prefetch" not in BODIES[bare]
    with start_fhir_server(resources_of(twin["prefetch"]), page_size=PAGE_SIZE) as server:
        pulled = service.cards({**BODIES[bare], "fhirServer": server.url})
        asked = len(server.requests)
        given = service.cards({**twin, "fhirServer": server.url})
    assert asked > 12  # one for each key, and further pages
    assert assessments_of(pulled) == assessments_of(given)
    assert "could not be read" not in words_of(pulled)
    assert words_of(pulled) == words_of(given)


@needs_recorded
@pytest.mark.parametrize("number", sorted(KYPHOPLASTIES))
def test_the_kyphoplasty_of_the_client_is_read_as_one_at_its_region(service, number):
    """CPT 22514 is lumbar, 22513 thoracic; neither says which vertebra, so that the junction stays open."""
    with start_fhir_server(resources_of(BODIES["124"]["prefetch"])) as server:
        cards = service.cards({**BODIES[number], "fhirServer": server.url})
    (nvcf,) = [m for m in assessments_of(cards)[0]["models"] if m["model"] == "nvcf-nomogram-2024"]
    assert [(one["name"], one["value"]) for one in nvcf["inputs"]] == [("procedure", "PKP")]
    (pvm,) = [m for m in assessments_of(cards)[0]["models"] if m["model"] == "sarcopenia-pvm-2022"]
    assert "tl-junction" in [one["name"] for one in pvm["missing"]]


@needs_recorded
def test_a_client_that_loses_the_draft_orders_gets_no_cards(service):
    body = json.loads((RECORDED / "healthchain-01-order-sign-draftorders-lost.json").read_text(encoding="utf-8"))
    reply = service.post(body)
    assert (reply.status, reply.json()) == (200, {"cards": []})
