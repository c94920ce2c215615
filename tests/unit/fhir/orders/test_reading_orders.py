"""Orders as departments write them (`tests/reading/orders-*.toml`), read as a careful person reads them.

Each case says why it is so and where its words come from; nothing in it comes from our
own answers.
"""

import tomllib
from typing import Any

import pytest

from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.builders import findings_of, procedure
from tests.order_builders import ROOT, bundle, order, signing, terminology, worded

READING = ROOT / "tests" / "reading"
DEVICE_CODES = {
    "DeviceRequest": "codeCodeableConcept",
    "SupplyRequest": "itemCodeableConcept",
}


def cases(name: str) -> list[Any]:
    """One parameter for each text of a file: the text, its case."""
    read = tomllib.loads((READING / f"orders-{name}.toml").read_text(encoding="utf-8"))[
        "cases"
    ]
    assert all(case["why"] and case["source"] for case in read)
    return [
        pytest.param(words, case, id=words)
        for case in read
        for words in case.get("orders", [case["why"]])
    ]


def procedure_of(*orders: Any) -> str:
    found = find_augmentation_order(signing(bundle(*orders)), terminology())
    return "none" if found is None else found.procedure or "open"


@pytest.mark.parametrize(("words", "case"), cases("procedure-words"))
def test_the_operation_that_words_ask_for(words, case):
    assert procedure_of(worded(words)) == case["expect"]


@pytest.mark.parametrize(("words", "case"), cases("levels"))
def test_the_levels_that_words_name(words, case):
    found = find_augmentation_order(signing(bundle(worded(words))), terminology())
    assert found is not None
    assert list(found.levels.names) == case["expect"]


@pytest.mark.parametrize(("words", "case"), cases("support"))
def test_the_other_orders_that_words_name(words, case):
    kind = case.get("type", "ServiceRequest")
    draft = order(None, kind=kind) | {DEVICE_CODES.get(kind, "code"): {"text": words}}
    found = find_draft_support_orders(signing(bundle(draft)), terminology())
    assert sorted(one.kind for one in found) == case["expect"]


@pytest.mark.parametrize(("why", "case"), cases("coded"))
def test_words_beside_codes(why, case):
    kind = case.get("type", "ServiceRequest")
    draft = order(None, kind=kind) | case["order"]
    drafts = signing(bundle(draft))
    operation = find_augmentation_order(drafts, terminology())
    others = find_draft_support_orders(drafts, terminology())
    assert ("none" if operation is None else operation.procedure or "open") == case.get(
        "expect", "none"
    ), why
    assert [one.kind for one in others] == case.get("support", []), why
    if "levels" in case:
        assert operation is not None
        assert (operation.levels.count or 0) == case["levels"]


@pytest.mark.parametrize(("words", "case"), cases("done"))
def test_an_earlier_augmentation_in_words(words, case):
    assert (
        findings_of(procedure({"text": words})).is_true("prior-augmentation")
        is case["expect"]
    )
