"""A value that came in forms that differ, none of them the newest, reassures nobody."""

import copy
from typing import Any

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.reassuring import REASSURING, reassuring_record


def request() -> dict[str, Any]:
    return order_sign(reassuring_record(), kyphoplasty())


def add(body: dict[str, Any], key: str, resource: dict[str, Any]) -> None:
    """Add a resource to a prefetched list, which states no total then."""
    bundle = body["prefetch"][key]
    bundle["entry"].append({"resource": resource})
    del bundle["total"]


def form_of(body: dict[str, Any], key: str, name: str, **changed: Any) -> Any:
    """Return another form of a resource that a list holds already."""
    entries = body["prefetch"][key]["entry"]
    (found,) = [one["resource"] for one in entries if one["resource"]["id"] == name]
    return copy.deepcopy(found) | changed


def detail_of(body: dict[str, Any]) -> str:
    card = by_topic(ask(body))["rehabilitation"]
    return f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "preliminary"])
@pytest.mark.parametrize("place", ["boneDensity", "body"])
def test_a_t_score_that_is_withdrawn_in_another_form_reassures_nobody(status, place):
    body = request()
    assert REASSURING in detail_of(body)
    add(body, place, form_of(body, "boneDensity", "o-bmd-t-score", status=status))
    said = detail_of(body)
    assert REASSURING not in said
    assert "1 entry in several forms" in said


@pytest.mark.parametrize("place", ["boneDensity", "body"])
def test_the_same_form_twice_changes_nothing(place):
    body = request()
    before = detail_of(body)
    add(body, place, form_of(body, "boneDensity", "o-bmd-t-score"))
    assert detail_of(body) == before


def test_a_form_that_is_newer_decides():
    body = request()
    entry = body["prefetch"]["boneDensity"]["entry"][0]["resource"]
    entry["meta"] = {"versionId": "2"}
    older = form_of(
        body,
        "boneDensity",
        "o-bmd-t-score",
        status="preliminary",
        meta={"versionId": "1"},
    )
    add(body, "boneDensity", older)
    said = detail_of(body)
    assert REASSURING in said
    assert "several forms" not in said
