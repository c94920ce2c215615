"""Brace, bed rest and referrals, being signed and on record: `test_support_orders.toml`."""

from operator import attrgetter

import pytest
from hypothesis import given, settings

from cds_service.core.facts import AugmentationOrder
from cds_service.fhir.gathering.picking import Unreadable
from cds_service.fhir.orders.support_orders import (
    find_draft_support_orders,
    find_support_orders,
)
from tests.builders import TODAY, condition, record_of
from tests.codes import CPT, HCPCS, codeable
from tests.order_builders import (
    ORDERS,
    brace,
    bundle,
    junk,
    junk_members,
    order,
    signing,
    terminology,
)
from tests.tables import cases


def drafts(*resources):
    return find_draft_support_orders(signing(bundle(*resources)), terminology())


TLSO = [
    450,
    452,
    *range(454, 459),
    460,
    462,
    464,
    *range(466, 471),
    472,
    480,
    482,
    484,
    486,
    488,
    490,
    491,
    492,
]
LUMBAR = [*range(625, 644), *range(648, 652)]


def test_every_thoracolumbar_orthosis_is_a_brace():
    for number in (*TLSO, *LUMBAR):
        assert [
            one.kind for one in drafts(brace(codeable(HCPCS, f"L{number:04d}")))
        ] == ["brace"], number


def parameter(name, value, unit):
    return {"code": {"text": name}, "valueQuantity": {"value": value, "unit": unit}}


def done(on, **members):
    """A kyphoplasty of this day."""
    status = members.pop("status", "completed")
    plain = {"intent": None, "authoredOn": None, "performedDateTime": on, **members}
    return order(codeable(CPT, "22514"), kind="Procedure", status=status, **plain)


ROWS = ORDERS | {
    "measured": parameter,
    "done": done,
    "condition": condition,
    "MANY_NOTES": [{"text": f"note {number}"} for number in range(60)],
    "BROKEN": Unreadable(
        reference="Procedure/1", key="procedures", concepts=frozenset({"kyphoplasty"})
    ),
}


@pytest.mark.parametrize(("draft", "says"), cases(__file__, "what_an_order_says", ROWS))
def test_what_an_order_says(draft, says):
    (found,) = drafts(draft)
    for element, expected in says.items():
        assert attrgetter(element)(found) == (
            set(expected) if isinstance(expected, list) else expected
        ), element


@pytest.mark.parametrize(
    "case", cases(__file__, "on_record", ROWS), ids=lambda case: case["why"]
)
def test_what_is_ordered_and_was_done_on_record(case):
    read = {name: tuple(parts) for name, parts in case.get("read", {}).items()}
    signed = {"references": (), "procedure": None, **case.get("signed", {})}
    signed["levels"] = tuple(signed.get("levels", ()))
    found = find_support_orders(
        drafts(*case.get("drafts", ())),
        record_of(*case["record"], **read),
        terminology(),
        signed=AugmentationOrder(**signed) if "signed" in case else None,
        today=case.get("today", TODAY),
    )
    listed = [
        f"{one.kind} {one.reference.partition('/')[2]} {'signed' if one.draft else 'in force'}"
        for one in found.orders
    ]
    for element, expected in case["says"].items():
        value = listed if element == "orders" else getattr(found, element)
        assert (list(value) if isinstance(value, tuple) else value) == expected, element


@settings(max_examples=150, deadline=None)
@given(anything=junk(), members=junk_members())
def test_junk_never_raises(anything, members):
    find_draft_support_orders(signing(anything), terminology())
    drafts(brace() | members)
