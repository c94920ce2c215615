"""Whole resources as systems write them, read as a careful clinician-coder reads them.

What a case expects was written before it was run. One that is still read wrongly says why
under `stays`, and fails as soon as it is read right. `alone` leaves out what stands
beside each other record, and `trap` marks what only a hasty reader would take. Of orders,
`support` is the length in words, `length` that in dates, times or words, and `acts` are the
kinds that count. What is `noted` is a note of the day after the operation: `leaving` is
`asked` if the card of the discharge asks about it, and `quiet` if there is no card.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cds_service.core.orders import SupportOrder
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from tests.gathered_records import BESIDE, findings_beside
from tests.order_builders import bundle, signing, terminology
from tests.patients.leaving import act_noting, summaries_beside

OF_SUPPORT = frozenset({"support", "length", "acts"})
HOURS = {"h": 1, "d": 24, "mo": 730.5}
CASES = [
    pytest.param(
        one,
        id=f"{path.stem}-{one['id']}-{one['says']}",
        marks=[pytest.mark.xfail(strict=True, reason=one["stays"])]
        if "stays" in one
        else [],
    )
    for path in sorted(Path(__file__).parent.glob("*-look.json"))
    for one in json.loads(path.read_text(encoding="utf-8"))
]


def _value_of(name: str, findings: Any) -> str:
    if name not in findings.known:
        return "gap"
    value = findings.known[name].value
    return str(value).lower() if isinstance(value, bool) else f"{float(value):g}"


def _ordered(name: str, drafts: list[dict[str, Any]]) -> str:
    orders = signing(
        bundle(*(one | {"id": f"d{number}"} for number, one in enumerate(drafts)))
    )
    if name in OF_SUPPORT:
        supports = find_draft_support_orders(orders, terminology())
        return _supported(name, supports) if supports else "none"
    order = find_augmentation_order(orders, terminology())
    if order is None:
        return "none"
    if name == "order":
        return order.procedure or "ours"
    return " ".join(order.levels.names) or "gap"


def _supported(name: str, supports: Sequence[SupportOrder]) -> str:
    if name == "acts":
        counted = {
            one.kind
            for one in supports
            if one.standing.is_standing and one.standing.is_read_whole
        }
        return " ".join(sorted(counted)) or "none"
    hours = supports[0].worded.hours
    if name == "length" and supports[0].hours is not None:
        hours = supports[0].hours
    return "open" if hours is None else f"{hours:g}"


def _plain(name: str, expected: str) -> str:
    number, _, unit = expected.partition(" ")
    if name in OF_SUPPORT and unit:
        return f"{float(number) * HOURS[unit]:g}"
    try:
        return f"{float(expected):g}"
    except ValueError:
        return expected


@pytest.mark.parametrize("case", CASES)
def test_a_careful_reader_would_read_it_so(case):
    if "drafts" in case:
        readings = {name: _ordered(name, case["drafts"]) for name in case["expect"]}
    elif "noted" in case:
        is_asked = summaries_beside(act_noting(case["noted"]))
        readings = {"leaving": "asked" if is_asked else "quiet"}
    else:
        beside = [] if case.get("alone") else BESIDE
        findings = findings_beside(case["record"], beside)
        readings = {name: _value_of(name, findings) for name in case["expect"]}
    for name, expected in case["expect"].items():
        accepted = {_plain(name, one) for one in expected}
        assert readings[name] in accepted, case["source"]
