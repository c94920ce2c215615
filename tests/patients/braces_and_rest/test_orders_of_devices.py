"""Orders of devices that were not read, or not understood, select no end of a brace."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    strong_and_nourished,
)
from tests.codes import HCPCS, codeable

LOCAL = "https://hospital.example/devices"
FORBIDDEN = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden"}],
}
OF_KIND = {
    "DeviceRequest": ("codeCodeableConcept", {"intent": "order"}),
    "SupplyRequest": ("itemCodeableConcept", {"quantity": {"value": 1}}),
}
KINDS = [pytest.param(kind, id=kind) for kind in OF_KIND]
# The code of what is ordered; None for a reference that leads nowhere.
STRANGE = [
    pytest.param({"text": "Thing 4711"}, id="words"),
    pytest.param({"text": "Rumpfstütze"}, id="words of another language"),
    pytest.param(codeable(LOCAL, "4711"), id="local code"),
    pytest.param({"text": "Walker, unstable"}, id="more than a walker"),
    pytest.param(None, id="not found"),
]
PLAIN = [
    pytest.param(codeable(HCPCS, "E0143"), id="walker by code"),
    pytest.param(codeable(HCPCS, "E0601"), id="breathing by code"),
    pytest.param({"text": "Wheelchair"}, id="wheelchair"),
    pytest.param({"text": "Rollator"}, id="rollator"),
    pytest.param({"text": "Unterarmgehstützen"}, id="crutches in German"),
    pytest.param({"text": "Compression stockings"}, id="stockings"),
]


def device(kind, code, *, days=5, **members):
    """An order of a device on record."""
    element, needed = OF_KIND[kind]
    said = {"status": "active", "authoredOn": days_ago(days), **needed}
    if code is None:
        reference = element.replace("CodeableConcept", "Reference")
        said[reference] = {"reference": "Device/nowhere"}
    else:
        said[element] = code
    return of_patient(kind, "device", **said | members)


def brace_card(*record, failed=(), left_out=()):
    body = order_sign([*strong_and_nourished(), *record], kyphoplasty(), brace())
    body["prefetch"] |= dict.fromkeys(failed, FORBIDDEN)
    for key in left_out:
        del body["prefetch"][key]
    cards = by_topic(ask(body))
    return next(card for topic, card in cards.items() if topic.startswith("brace"))


def is_end_selected(card):
    return any(one.get("isRecommended") for one in card["suggestions"])


def test_alone_the_end_is_selected():
    assert is_end_selected(brace_card())


@pytest.mark.parametrize("key", ["deviceRequests", "supplyRequests"])
def test_a_list_that_failed_selects_no_end(key):
    assert not is_end_selected(brace_card(failed=[key]))


def test_a_failed_list_of_supplies_is_named():
    detail = brace_card(failed=["supplyRequests"])["detail"]
    assert "supply orders that could not be read" in detail


def test_what_no_server_was_asked_for_is_not_missed():
    # Few EHRs keep supplies: one without a server need not send that it has none.
    assert is_end_selected(brace_card(left_out=["supplyRequests"]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", STRANGE)
def test_a_device_that_nobody_knows_selects_no_end(kind, code):
    card = brace_card(device(kind, code))
    assert not is_end_selected(card)
    assert "an entry of the record" in card["detail"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_of_a_device_that_is_broken_selects_no_end(kind):
    broken = device(kind, codeable(HCPCS, "L0456"), authoredOn="soon")
    assert not is_end_selected(brace_card(broken))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", PLAIN)
def test_a_device_that_leaves_the_spine_alone_changes_nothing(kind, code):
    assert is_end_selected(brace_card(device(kind, code)))


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_order_of_a_device_changes_nothing(kind):
    assert is_end_selected(brace_card(device(kind, {"text": "Thing 4711"}, days=200)))
