"""Brace, bed rest and referrals, being signed and on record: `test_support_orders.toml`."""

from datetime import date
from operator import attrgetter

import pytest
from hypothesis import given, settings

from cds_service.core.findings import AugmentationOrder, TreatedLevels
from cds_service.fhir.gathering.picking import Unreadable
from cds_service.fhir.orders.support_orders import (
    find_draft_support_orders,
    find_support_orders,
)
from tests.builders import TODAY, condition, record_of
from tests.codes import CPT, HCPCS, LOINC, ORDERS, SCT, codeable
from tests.order_builders import (
    brace,
    bundle,
    cpt,
    junk,
    junk_members,
    order,
    signing,
    terminology,
    worded,
)


def signing_of(*resources):
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
            one.kind for one in signing_of(brace(codeable(HCPCS, f"L{number:04d}")))
        ] == ["brace"], number


def parameter(name, value, unit):
    return {"code": {"text": name}, "valueQuantity": {"value": value, "unit": unit}}


def done(on, **members):
    """A kyphoplasty of this day."""
    status = members.pop("status", "completed")
    plain = {"intent": None, "authoredOn": None, "performedDateTime": on, **members}
    return order(codeable(CPT, "22514"), kind="Procedure", status=status, **plain)


MANY_NOTES = [{"text": f"note {number}"} for number in range(60)]
BROKEN = Unreadable(
    reference="Procedure/1", key="procedures", concepts=frozenset({"kyphoplasty"})
)


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        # an order being signed, and elements of what is read of it
        # an order that does it already is known by its code
        (order(codeable(SCT, code="78429003")), {"kind": "rehabilitation"}),
        (order(codeable(SCT, code="306170007")), {"kind": "rehabilitation"}),
        (order(codeable(CPT, code="97161")), {"kind": "rehabilitation"}),
        (order(codeable(SCT, code="103699006")), {"kind": "dietitian"}),
        (order(codeable(SCT, code="306278007")), {"kind": "bone-treatment"}),
        (order(codeable(CPT, code="77080")), {"kind": "dxa"}),
        (order(codeable(LOINC, code="83145-3")), {"kind": "bedside-measurement"}),
        (
            order(codeable(ORDERS, code="ct-attenuation-measurement")),
            {"kind": "ct-attenuation-measurement"},
        ),
        (
            order(codeable(ORDERS, code="mri-muscle-measurement")),
            {"kind": "mri-muscle-measurement"},
        ),
        (order(codeable(ORDERS, code="bed-rest")), {"kind": "bed-rest"}),
        # a brace is called as it was ordered, from a closed list; where code and words differ, the code says what is delivered
        (
            brace(codeable(HCPCS, code="L0631", text="LSO, sagittal control")),
            {"title": "LSO (L0631)"},
        ),
        (
            brace(codeable(HCPCS, code="L0472", text="Jewett hyperextension")),
            {"title": "Jewett brace (L0472)"},
        ),
        (
            brace(codeable(HCPCS, code="L0456", text="TLSO Jewett type")),
            {"title": "TLSO (L0456)"},
        ),
        (
            brace(codeable(HCPCS, code="L0627", text="TLSO")),
            {"title": "lumbar brace (L0627)"},
        ),
        (brace({"text": "LSO x 3 months"}), {"title": "LSO"}),
        (brace({"text": "Jewett brace"}), {"title": "Jewett brace"}),
        (brace({"text": "Lumbar brace for Mrs Jones"}), {"title": "lumbar brace"}),
        (brace({"text": "Spinal orthosis"}), {"title": "back brace"}),
        # times are read from every form
        (brace(None), {"start": None, "end": None}),
        (
            brace(None, occurrencePeriod={"start": "2026-11-21"}),
            {"start": date(2026, 11, 21), "end": None},
        ),
        (
            brace(None, occurrencePeriod={"end": "2027-02"}),
            {"start": None, "end": date(2027, 2, 28)},
        ),
        (
            brace(None, occurrencePeriod={"start": "2026", "end": "2026"}),
            {"start": date(2026, 1, 1), "end": date(2026, 12, 31)},
        ),
        (
            brace(None, occurrenceDateTime="2026-11-22T10:00:00+01:00"),
            {"start": date(2026, 11, 22), "end": None},
        ),
        (
            brace(
                None,
                occurrenceTiming={"repeat": {"boundsPeriod": {"end": "2027-01-02"}}},
            ),
            {"start": None, "end": date(2027, 1, 2)},
        ),
        (
            brace(None, occurrenceTiming={"code": {"text": "daily"}}),
            {"start": None, "end": None},
        ),
        (
            brace(None, occurrencePeriod={"start": "0001-01-01", "end": "9999-12-31"}),
            {"start": None, "end": None},
        ),
        (
            brace(None, occurrencePeriod="junk", occurrenceTiming=[1]),
            {"start": None, "end": None},
        ),
        # a length without a day keeps its hours: from which day they count the core decides, as the procedure's may be known
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 8, "code": "wk"}}
                },
            ),
            {"start": None, "end": None, "hours": 1344.0, "worded.kind": "nothing"},
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 10, "unit": "days"}}
                },
            ),
            {"start": None, "end": None, "hours": 240.0, "worded.kind": "nothing"},
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 24, "code": "h"}}
                },
            ),
            {"start": None, "end": None, "hours": 24.0, "worded.kind": "nothing"},
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 99, "code": "mo"}}
                },
            ),
            {"start": None, "end": None, "hours": None, "worded.kind": "payer"},
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 99, "unit": "months"}}
                },
            ),
            {"start": None, "end": None, "hours": None, "worded.kind": "payer"},
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 3, "unit": "moons"}}
                },
            ),
            {"start": None, "end": None, "hours": None, "worded.kind": "nothing"},
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": "3", "code": "wk"}}
                },
            ),
            {"start": None, "end": None, "hours": None, "worded.kind": "nothing"},
        ),
        (
            brace(None, occurrenceTiming={"repeat": {"boundsDuration": {}}}),
            {"start": None, "end": None, "hours": None, "worded.kind": "nothing"},
        ),
        # the end is read from every text of an order
        (
            brace({"text": "TLSO x 3 months"}),
            {"worded.kind": "end", "worded.length": "3 months"},
        ),
        (
            brace(None, note=[{"text": "Wear for 12 weeks"}]),
            {"worded.kind": "end", "worded.length": "12 weeks"},
        ),
        (
            brace(None, occurrenceTiming={"code": {"text": "for 6 weeks"}}),
            {"worded.kind": "end", "worded.length": "6 weeks"},
        ),
        (
            brace(None, parameter=[parameter("Duration", value=12, unit="weeks")]),
            {"worded.kind": "end", "worded.length": "12 weeks"},
        ),
        (
            brace(
                None, parameter=[parameter("Length of need", value=99, unit="months")]
            ),
            {"worded.kind": "payer", "worded.length": ""},
        ),
        (
            brace(
                None, note=[{"text": "length of need 99"}, {"text": "TLSO x 3 months"}]
            ),
            {"worded.kind": "end", "worded.length": "3 months"},
        ),
        (
            brace(
                None,
                note=[
                    {"text": "length of need 99"},
                    {"text": "wear until pain subsides"},
                ],
            ),
            {"worded.kind": "event", "worded.length": ""},
        ),
        (
            brace(None, note=[{"text": "No lifting for 12 weeks"}]),
            {"worded.kind": "nothing", "worded.length": ""},
        ),
        (
            brace(None, note="junk", parameter=[{}, 7], occurrenceTiming={"code": 3}),
            {"worded.kind": "nothing", "worded.length": ""},
        ),
        # more than is read
        (brace(None, note=MANY_NOTES), {"worded.kind": "doubtful"}),
        # bed rest says how long it lasts
        (
            worded(
                "Strict bed rest",
                occurrencePeriod={
                    "start": "2026-11-20T20:00:00Z",
                    "end": "2026-11-21T08:00:00Z",
                },
            ),
            {"kind": "bed-rest", "hours": 12.0},
        ),
        (
            worded(
                "Strict bed rest",
                occurrencePeriod={
                    "start": "2026-11-20T08:00:00Z",
                    "end": "2026-11-21T20:00:00Z",
                },
            ),
            {"kind": "bed-rest", "hours": 36.0},
        ),
        (
            worded(
                "Strict bed rest",
                occurrencePeriod={"start": "2026-11-20", "end": "2026-11-23"},
            ),
            {"kind": "bed-rest", "hours": 72.0},
        ),
        (
            worded("Strict bed rest", occurrencePeriod={"start": "2026-11-20"}),
            {"kind": "bed-rest", "hours": None},
        ),
        # a brace order names its own reason to stay
        (
            brace(None, reasonCode=[{"text": "posterior wall injury"}]),
            {"reasons": ["unstable-fracture"]},
        ),
        (
            brace(
                None,
                reasonCode=[
                    {
                        "coding": [
                            {
                                "system": "http://hl7.org/fhir/sid/icd-10-cm",
                                "code": "M53.2X6",
                            }
                        ]
                    }
                ],
            ),
            {"reasons": ["spinal-instability"]},
        ),
        (
            brace(None, reasonCode=[{"text": "cauda equina"}]),
            {"reasons": ["neurological-deficit"]},
        ),
        (
            brace(None, reasonCode=[{"text": "Stable burst fracture L1"}]),
            {"reasons": ["stable-burst-fracture"]},
        ),
        (
            brace(
                None,
                reasonCode=[
                    {
                        "coding": [
                            {
                                "system": "http://hl7.org/fhir/sid/icd-10-cm",
                                "code": "S22.081A",
                            }
                        ]
                    }
                ],
            ),
            {"reasons": ["stable-burst-fracture"]},
        ),
    ],
)
def test_what_an_order_says(draft, says):
    (found,) = signing_of(draft)
    for element, expected in says.items():
        assert attrgetter(element)(found) == (
            set(expected) if isinstance(expected, list) else expected
        ), element


@pytest.mark.parametrize(
    ("record", "expected", "drafts", "signed", "read", "today"),
    [
        pytest.param(
            [
                brace(None, number=9, status="active"),
                order(codeable(SCT, code="103699006"), number=3, status="active"),
            ],
            {
                "orders": [
                    "brace draft-1 signed",
                    "dietitian draft-3 in force",
                    "brace draft-9 in force",
                ],
                "unchecked": [],
            },
            [brace(None)],
            None,
            {},
            TODAY,
            id="an active order stands beside the drafts",
        ),
        pytest.param(
            [brace(None, status="active")],
            {"orders": ["brace draft-1 signed"]},
            [brace(None)],
            None,
            {},
            TODAY,
            id="a draft that the server knows is counted once",
        ),
        pytest.param(
            [
                brace(None, number=1, status="draft"),
                brace(None, number=2, status="completed"),
                brace(None, number=3, status="revoked"),
                brace(None, number=4, status="entered-in-error"),
                brace(None, number=5, status="unknown"),
            ],
            {"orders": []},
            (),
            None,
            {},
            TODAY,
            id="only orders in force count",
        ),
        pytest.param(
            [
                order(
                    codeable(ORDERS, code="rehabilitation"),
                    number=1,
                    status="active",
                    intent="proposal",
                ),
                order(
                    codeable(ORDERS, code="rehabilitation"),
                    number=2,
                    status="active",
                    intent="plan",
                ),
                order(
                    codeable(ORDERS, code="rehabilitation"),
                    number=3,
                    status="active",
                    intent="option",
                ),
            ],
            {"orders": []},
            (),
            None,
            {},
            TODAY,
            id="what is only proposed is not ordered",
        ),
        pytest.param(
            [
                brace(
                    None,
                    number=1,
                    status="active",
                    authoredOn=None,
                    occurrencePeriod={"start": "2026-05-01", "end": "2026-06-01"},
                ),
                brace(
                    None,
                    number=2,
                    status="active",
                    authoredOn="2026-05-01",
                    note=[{"text": "for 6 weeks"}],
                ),
            ],
            {"orders": []},
            (),
            None,
            {},
            TODAY,
            id="a brace whose period or words ended it is none any more",
        ),
        pytest.param(
            [
                brace(
                    None,
                    number=1,
                    status="active",
                    authoredOn=None,
                    occurrencePeriod={"start": "2026-05-01", "end": "2026-06-01"},
                ),
                brace(
                    None,
                    number=2,
                    status="active",
                    authoredOn="2026-05-01",
                    note=[{"text": "for 6 weeks"}],
                ),
            ],
            {"orders": ["brace draft-1 in force", "brace draft-2 in force"]},
            (),
            None,
            {},
            date(2026, 5, 20),
            id="until then it is one",
        ),
        pytest.param(
            [done("2026-10-01")],
            {
                "procedure_on": date(2026, 12, 1),
                "augmented_on": date(2026, 10, 1),
            },
            (),
            {"planned": date(2026, 12, 1)},
            {},
            TODAY,
            id="a brace follows the procedure that is signed with it",
        ),
        pytest.param(
            [],
            {"procedure_on": None},
            (),
            {"planned": date(2026, 11, 1)},
            {},
            TODAY,
            id="a planned day that is over is a mistake",
        ),
        pytest.param(
            [],
            {"procedure_on": None},
            (),
            {"planned": date(2028, 1, 1)},
            {},
            TODAY,
            id="so is one more than a year away",
        ),
        pytest.param(
            [
                done("2026-08-01"),
                done(
                    None,
                    performedPeriod={
                        "start": "2026-10-02T09:00:00Z",
                        "end": "2026-10-02T10:00:00Z",
                    },
                ),
                cpt("22511", status="completed", authoredOn="2026-09-01"),
            ],
            {"augmented_on": date(2026, 10, 2), "procedure_on": None},
            (),
            None,
            {},
            TODAY,
            id="the newest augmentation is dated",
        ),
        pytest.param(
            [
                done("2026-10-02", status="preparation"),
                done("2026-10-02", status="not-done"),
                done("2026-10-02", status="entered-in-error"),
                done("2026-10-02", status="stopped"),
            ],
            {"augmented_on": None},
            (),
            None,
            {},
            TODAY,
            id="a procedure that was not done is no augmentation",
        ),
        pytest.param(
            [done(None)],
            {"augmented_on": None},
            (),
            None,
            {},
            TODAY,
            id="an augmentation without a date gives no day",
        ),
        pytest.param(
            [],
            {"unchecked": ["ServiceRequest", "DeviceRequest", "Procedure"]},
            (),
            None,
            {
                "failed": ["serviceRequests"],
                "incomplete": ["deviceRequests"],
                "unreadable": [BROKEN],
            },
            TODAY,
            id="what could not be read in full is named",
        ),
        pytest.param(
            [
                condition("S32.030A", recordedDate="2026-11-01"),
                condition("S32.010A", recordedDate="2026-11-01"),
            ],
            {"other.fractures": ["L3"], "procedure_on": None},
            (),
            {"levels": ["L1"]},
            {},
            TODAY,
            id="a recent fracture of another level is a reason to keep a brace",
        ),
        pytest.param(
            [
                condition("S32.010A", recordedDate="2026-11-01"),
                condition("S32.030A", recordedDate="2025-11-01"),
                condition("S32.040A", status="resolved", recordedDate="2026-11-01"),
                condition("S32.050D", recordedDate="2026-11-01"),
            ],
            {"other.fractures": []},
            (),
            {"levels": ["L1"]},
            {},
            TODAY,
            id="the treated level, an old, a closed and a healing fracture are none",
        ),
        pytest.param(
            [condition("S32.030A", recordedDate="2026-11-01")],
            {"other.fractures": []},
            (),
            {"levels": []},
            {},
            TODAY,
            id="without a treated level no fracture is another",
        ),
    ],
)
def test_what_is_ordered_and_was_done_on_record(
    record, expected, drafts, signed, read, today
):
    parts = {name: tuple(listed) for name, listed in read.items()}
    support = find_support_orders(
        signing_of(*drafts),
        record_of(*record, **parts),
        terminology(),
        signed=augmentation_of(**signed) if signed is not None else None,
        today=today,
    )
    listed = [
        f"{order.kind} {order.reference.partition('/')[2]}"
        f" {'signed' if order.draft else 'in force'}"
        for order in support.orders
    ]
    for element, wanted in expected.items():
        value = listed if element == "orders" else attrgetter(element)(support)
        assert (list(value) if isinstance(value, tuple) else value) == wanted, element


def augmentation_of(levels=(), planned=None):
    return AugmentationOrder(
        references=(),
        procedure=None,
        levels=TreatedLevels(names=tuple(levels)),
        planned=planned,
    )


@settings(max_examples=150, deadline=None)
@given(anything=junk(), members=junk_members())
def test_junk_never_raises(anything, members):
    find_draft_support_orders(signing(anything), terminology())
    signing_of(brace() | members)
