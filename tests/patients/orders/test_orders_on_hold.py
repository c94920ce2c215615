"""Orders on hold: they leave open what active ones do, and settle nothing."""

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    ordered,
)
from tests.codes import ICD, codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import (
    cards_of,
    dated,
    end_is_selected,
    reassuring_record,
)

ELEMENTS = {
    "ServiceRequest": "code",
    "DeviceRequest": "codeCodeableConcept",
    "SupplyRequest": "itemCodeableConcept",
}


def order(title, status="on-hold", *, kind="ServiceRequest", number="held"):
    said = {"status": status, "authoredOn": days_ago(4)}
    if kind == "SupplyRequest":
        said["quantity"] = {"value": 1}
        said["status"] = "suspended" if status == "on-hold" else status
    else:
        said["intent"] = "order"
    return of_patient(kind, number, **{ELEMENTS[kind]: {"text": title}}, **said)


def words(card):
    return (
        card["summary"],
        card["detail"],
        [one["label"] for one in card.get("suggestions", ())],
    )


OPEN = [
    ("ServiceRequest", "Radiotherapy L1 for metastasis"),
    ("ServiceRequest", "Posterior fusion T12-L2"),
    ("ServiceRequest", "MRI lumbar spine, r/o discitis"),
    ("ServiceRequest", "Biopsy L1"),
    ("DeviceRequest", "Walker for bone metastasis"),
    ("SupplyRequest", "Walker for bone metastasis"),
]


@pytest.mark.parametrize(("kind", "title"), OPEN)
def test_an_order_on_hold_leaves_open_what_an_active_one_does(kind, title):
    held = cards_of(order(title, kind=kind))
    active = cards_of(order(title, "active", kind=kind))
    assert not end_is_selected(held)
    below = "below the usual"
    assert below not in held["rehabilitation"]["detail"] or title.startswith(
        "Posterior"
    )
    (held_gaps, active_gaps) = (
        one["rehabilitation"]["detail"]
        .partition("**Not known:**")[2]
        .split("not excluded")[0]
        for one in (held, active)
    )
    assert held_gaps == active_gaps


@pytest.mark.parametrize("kind", ELEMENTS)
def test_an_ordinary_order_on_hold_changes_nothing(kind):
    title = "Full blood count" if kind == "ServiceRequest" else "Walking frame"
    held, without = cards_of(order(title, kind=kind)), cards_of()
    assert words(held["rehabilitation"]) == words(without["rehabilitation"])
    assert end_is_selected(held)


@pytest.mark.parametrize("kind", ["DeviceRequest", "ServiceRequest", "SupplyRequest"])
def test_a_brace_on_hold_is_not_worn(kind):
    def card(*entries):
        body = order_sign(reassuring_record(*entries), kyphoplasty())
        return by_topic(ask(body))

    held = card(order("TLSO", kind=kind))
    assert held.keys() == card().keys()


@pytest.mark.parametrize("kind", ["bone-treatment", "rehabilitation"])
def test_a_referral_on_hold_is_no_referral(kind):
    """It is named as on hold, and the act is proposed as it is without it."""
    held = cards_of(ordered(kind, days=3, status="on-hold"))["rehabilitation"]
    without = cards_of()["rehabilitation"]
    assert held["summary"] == without["summary"]
    assert words(held)[2] == words(without)[2]
    assert "on hold" in held["detail"]


def test_what_is_on_hold_is_not_arranged_at_discharge():
    taken = statement("alendronate", "M05BA04", 1)
    active = leave(leaving_chart(*everything_arranged(), taken))
    assert active == []
    held = [
        {**one, "status": "on-hold"} if one["resourceType"] == "ServiceRequest" else one
        for one in everything_arranged()
    ]
    assert leave(leaving_chart(*held, taken))


QUERIES = {
    "serviceRequests": {"active", "on-hold", "completed", "unknown"},
    "deviceRequests": {"active", "on-hold", "completed", "unknown"},
    # R4 calls a supply on hold `suspended`.
    "supplyRequests": {"active", "suspended", "completed", "unknown"},
}


@pytest.mark.parametrize("key", QUERIES)
@pytest.mark.parametrize("hook", ["order-sign", "patient-view"])
def test_each_hook_asks_for_orders_on_hold(hook, key):
    path = Path("hooks") / f"kyphoplasty-{hook}" / "service.json"
    template = json.loads(path.read_text(encoding="utf-8"))["prefetch"].get(key)
    if template is None:  # asked for by the other hook
        assert hook == "patient-view"
        return
    (listed,) = parse_qs(template.partition("?")[2])["status"]
    assert QUERIES[key] <= {*listed.split(",")}


def test_an_operation_on_hold_explains_no_other_fracture():
    taken = statement("alendronate", "M05BA04", 1)
    broken = dated(codeable(ICD, "S32.020A"), days=2, number="l2")
    chart = (*everything_arranged(), taken, broken)
    held = order("Kyphoplasty L2")
    without, beside = leave(leaving_chart(*chart)), leave(leaving_chart(*chart, held))
    assert [one["summary"] for one in without] == [one["summary"] for one in beside]
    assert any("L2" in one["summary"] for one in without)
