"""Any part of a whole request dropped, renamed or replaced by junk: the answer keeps the rules, or refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.card_rules import faults_of, nodes
from tests.conformance.answers import every_kind_of_signing
from tests.live_service import assessments_of, words_of
from tests.signings import observed
from tests.small_record import HYPERTENSION, RECORD, request_with, t_score

Json = Any
FOREIGN = "zz-foreign"
JUNK: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 7, 4.25, 1e300, "", "x", "furlong", "2026", "9999-12-31", "Patient/p3", "y" * 3000),
    *([], {}, [None], [{}], [[]], {"x": None}, {"coding": [{}]}, {"reference": 7}, "\u202e<b>\n\t", "\ud83d\ude00"),
    {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]},
    {"resourceType": "Bundle"},
    json.loads("[" * 80 + "]" * 80),
)


def foreign(number: int, resource: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The same kind of resource of another patient, with values and words that can be told apart."""
    other = deepcopy(resource) | {"id": f"{FOREIGN}-{number}", "subject": {"reference": "Patient/p2"}} | members
    other["code"]["text"] = FOREIGN
    return other


@cache
def whole_request(templates: tuple[tuple[str, str], ...]) -> str:
    """The small record, and among it another patient's: T-score −7.7, BMI 17.3, metastasis."""
    metastasis = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C79.51"}]}
    return json.dumps(
        request_with(
            dict(templates),
            boneDensity=(*RECORD["boneDensity"], foreign(1, t_score(-7.7))),
            body=(*RECORD["body"], foreign(2, observed("x", "39156-5", 17.3, "kg/m2"))),
            conditions=(*RECORD["conditions"], foreign(3, HYPERTENSION, code=metastasis)),
        )
    )


def places(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def change(document: Json, path: tuple[Any, ...], how: str, junk: Json) -> None:
    """Change one place; a place that an earlier change took away is left alone."""
    inner = document
    try:
        for key in path[:-1]:
            inner = inner[key]
        old = inner[path[-1]]
    except (KeyError, IndexError, TypeError):
        return
    if not isinstance(inner, dict | list):
        return
    if how == "drop":
        del inner[path[-1]]
    elif how == "rename" and isinstance(inner, dict):
        inner["x-renamed"] = inner.pop(path[-1])
    elif how == "wrap":
        inner[path[-1]] = [old]
    else:
        inner[path[-1]] = deepcopy(junk)


CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from(["drop", "rename", "wrap", "junk"]), st.sampled_from(JUNK)),
    min_size=1,
    max_size=5,
)


def numbers_in(document: Json) -> set[float]:
    """Every number of a document, texts that are one included."""
    found = set()
    for _, value in nodes(document):
        try:
            found.add(float(value))
        except (TypeError, ValueError):
            continue
    return found


@pytest.fixture(scope="session")
def whole(templates):
    return whole_request(tuple(templates.items()))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_a_request_with_junk_anywhere_is_answered_by_the_rules_or_refused(service, whole, changes):
    document = json.loads(whole)
    ways = list(places(document))
    for number, how, junk in changes:
        change(document, ways[number % len(ways)], how, junk)
    reply = service.post(document)
    assert reply.status in (200, 400, 412), reply.body[:300]
    said = reply.body.decode()
    assert FOREIGN not in said
    if reply.status != 200:
        assert reply.json()["resourceType"] == "OperationOutcome"
        return
    assert faults_of(reply.json()) == []
    if cards := reply.json()["cards"]:
        no_value_is_of_another_patient_or_of_nobody(cards, document)


@pytest.fixture(scope="session")
def signings(templates):
    """Every kind of signing as text, and every leaf that stands in any of them."""
    texts = [json.dumps(request) for request in every_kind_of_signing(templates).values()]
    leaves = {json.dumps(value) for text in texts for _, value in nodes(json.loads(text)) if not is_branch(value)}
    return texts, sorted(leaves)


def is_branch(value: Json) -> bool:
    return isinstance(value, dict | list)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.integers(0, 10**3), changes=CHANGES, data=st.data())
def test_any_signing_with_leaves_of_another_in_wrong_places_is_answered_or_refused(
    service, signings, kind, changes, data
):
    texts, leaves = signings
    document = json.loads(texts[kind % len(texts)])
    ways = list(places(document))
    for number, how, junk in changes:
        leaf = data.draw(st.sampled_from([None, *leaves]))
        change(document, ways[number % len(ways)], how, junk if leaf is None else json.loads(leaf))
    reply = service.post(document)
    assert reply.status in (200, 400, 403, 412), reply.body[:300]  # 403: a leaf became a fhirServer
    assert reply.status != 200 or faults_of(reply.json()) == []


def no_value_is_of_another_patient_or_of_nobody(cards, document):
    """Neither the other patient's numbers and diagnosis, nor a number that the request does not have."""
    words = words_of(cards)
    assert "7.7" not in words
    assert "17.3" not in words
    outcomes = [one for card in cards if "extension" in card for one in assessments_of([card])]
    assert "not-applicable" not in [outcome["status"] for outcome in outcomes]
    values = [one["value"] for outcome in outcomes for model in outcome.get("models", []) for one in model["inputs"]]
    invented = {value for value in values if not isinstance(value, bool | str)} - numbers_in(document)
    assert invented == set()
