"""Brace, bed rest and referrals, being signed and on record."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pytest
from hypothesis import given, settings

from cds_service.core.orders import (
    AugmentationOrder,
    SupportOrder,
    SupportOrders,
    TreatedLevels,
)
from cds_service.fhir.gathering.picking import Unreadable
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.orders.support.joined_support import join_support_orders
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
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


Unknown = Literal["unknown"]


def or_none(value):
    """The value; None for "unknown"."""
    return None if value == "unknown" else value


@dataclass(frozen=True)
class Says:
    """What an order says; what is None is not looked at.

    Attributes:
        period: its first and last day; None for one that it does not say.
        hours: how long it lasts.
        end_is: what its words say of an end.
        length: those words.
    """

    kind: str | None = None
    title: str | None = None
    period: tuple[date | None, date | None] | None = None
    hours: float | Unknown | None = None
    end_is: str | None = None
    length: str | None = None
    reasons: list[str] | None = None

    def check(self, order: SupportOrder) -> None:
        if self.kind is not None:
            assert order.kind == self.kind
        if self.title is not None:
            assert order.title == self.title
        if self.period is not None:
            assert (order.start, order.end) == self.period
        if self.hours is not None:
            assert order.hours == or_none(self.hours)
        if self.end_is is not None:
            assert order.worded.kind == self.end_is
        if self.length is not None:
            assert order.worded.length == self.length
        if self.reasons is not None:
            assert order.purpose.reasons == set(self.reasons)


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        # an order being signed, and elements of what is read of it
        # an order that does it already is known by its code
        (order(codeable(SCT, code="78429003")), Says(kind="rehabilitation")),
        (order(codeable(SCT, code="306170007")), Says(kind="rehabilitation")),
        (order(codeable(CPT, code="97161")), Says(kind="rehabilitation")),
        (order(codeable(SCT, code="103699006")), Says(kind="dietitian")),
        (order(codeable(SCT, code="306278007")), Says(kind="bone-treatment")),
        (order(codeable(CPT, code="77080")), Says(kind="dxa")),
        (order(codeable(LOINC, code="83145-3")), Says(kind="bedside-measurement")),
        (
            order(codeable(ORDERS, code="ct-attenuation-measurement")),
            Says(kind="ct-attenuation-measurement"),
        ),
        (
            order(codeable(ORDERS, code="mri-muscle-measurement")),
            Says(kind="mri-muscle-measurement"),
        ),
        (order(codeable(ORDERS, code="bed-rest")), Says(kind="bed-rest")),
        # a brace is called as it was ordered, from a closed list; where code and words differ, the code says what is delivered
        (
            brace(codeable(HCPCS, code="L0631", text="LSO, sagittal control")),
            Says(title="LSO (L0631)"),
        ),
        (
            brace(codeable(HCPCS, code="L0472", text="Jewett hyperextension")),
            Says(title="Jewett brace (L0472)"),
        ),
        (
            brace(codeable(HCPCS, code="L0456", text="TLSO Jewett type")),
            Says(title="TLSO (L0456)"),
        ),
        (
            brace(codeable(HCPCS, code="L0627", text="TLSO")),
            Says(title="lumbar brace (L0627)"),
        ),
        (brace({"text": "LSO x 3 months"}), Says(title="LSO")),
        (brace({"text": "Jewett brace"}), Says(title="Jewett brace")),
        (brace({"text": "Lumbar brace for Mrs Jones"}), Says(title="lumbar brace")),
        (brace({"text": "Spinal orthosis"}), Says(title="back brace")),
        # times are read from every form
        (brace(None), Says(period=(None, None))),
        (
            brace(None, occurrencePeriod={"start": "2026-11-21"}),
            Says(period=(date(2026, 11, 21), None)),
        ),
        (
            brace(None, occurrencePeriod={"end": "2027-02"}),
            Says(period=(None, date(2027, 2, 28))),
        ),
        (
            brace(None, occurrencePeriod={"start": "2026", "end": "2026"}),
            Says(period=(date(2026, 1, 1), date(2026, 12, 31))),
        ),
        (
            brace(None, occurrenceDateTime="2026-11-22T10:00:00+01:00"),
            Says(period=(date(2026, 11, 22), None)),
        ),
        (
            brace(
                None,
                occurrenceTiming={"repeat": {"boundsPeriod": {"end": "2027-01-02"}}},
            ),
            Says(period=(None, date(2027, 1, 2))),
        ),
        (
            brace(None, occurrenceTiming={"code": {"text": "daily"}}),
            Says(period=(None, None)),
        ),
        (
            brace(None, occurrencePeriod={"start": "0001-01-01", "end": "9999-12-31"}),
            Says(period=(None, None)),
        ),
        (
            brace(None, occurrencePeriod="junk", occurrenceTiming=[1]),
            Says(period=(None, None)),
        ),
        # a length without a day keeps its hours: from which day they count the core decides, as the procedure's may be known
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 8, "code": "wk"}}
                },
            ),
            Says(period=(None, None), hours=1344.0, end_is="nothing"),
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 10, "unit": "days"}}
                },
            ),
            Says(period=(None, None), hours=240.0, end_is="nothing"),
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 24, "code": "h"}}
                },
            ),
            Says(period=(None, None), hours=24.0, end_is="nothing"),
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 99, "code": "mo"}}
                },
            ),
            Says(period=(None, None), hours="unknown", end_is="payer"),
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 99, "unit": "months"}}
                },
            ),
            Says(period=(None, None), hours="unknown", end_is="payer"),
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": 3, "unit": "moons"}}
                },
            ),
            Says(period=(None, None), hours="unknown", end_is="doubtful"),
        ),
        (
            brace(
                None,
                occurrenceTiming={
                    "repeat": {"boundsDuration": {"value": "3", "code": "wk"}}
                },
            ),
            Says(period=(None, None), hours="unknown", end_is="nothing"),
        ),
        (
            brace(None, occurrenceTiming={"repeat": {"boundsDuration": {}}}),
            Says(period=(None, None), hours="unknown", end_is="nothing"),
        ),
        # the end is read from every text of an order
        (brace({"text": "TLSO x 3 months"}), Says(end_is="end", length="3 months")),
        (
            brace(None, note=[{"text": "Wear for 12 weeks"}]),
            Says(end_is="end", length="12 weeks"),
        ),
        (
            brace(None, occurrenceTiming={"code": {"text": "for 6 weeks"}}),
            Says(end_is="end", length="6 weeks"),
        ),
        (
            brace(None, parameter=[parameter("Duration", value=12, unit="weeks")]),
            Says(end_is="end", length="12 weeks"),
        ),
        (
            brace(
                None, parameter=[parameter("Length of need", value=99, unit="months")]
            ),
            Says(end_is="payer", length=""),
        ),
        (
            brace(
                None, note=[{"text": "length of need 99"}, {"text": "TLSO x 3 months"}]
            ),
            Says(end_is="end", length="3 months"),
        ),
        (
            brace(
                None,
                note=[
                    {"text": "length of need 99"},
                    {"text": "wear until pain subsides"},
                ],
            ),
            Says(end_is="event", length=""),
        ),
        (
            brace(None, note=[{"text": "No lifting for 12 weeks"}]),
            Says(end_is="nothing", length=""),
        ),
        (
            brace(None, note="junk", parameter=[{}, 7], occurrenceTiming={"code": 3}),
            Says(end_is="nothing", length=""),
        ),
        # more than is read
        (brace(None, note=MANY_NOTES), Says(end_is="doubtful")),
        # bed rest says how long it lasts
        (
            worded(
                "Strict bed rest",
                occurrencePeriod={
                    "start": "2026-11-20T20:00:00Z",
                    "end": "2026-11-21T08:00:00Z",
                },
            ),
            Says(kind="bed-rest", hours=12.0),
        ),
        (
            worded(
                "Strict bed rest",
                occurrencePeriod={
                    "start": "2026-11-20T08:00:00Z",
                    "end": "2026-11-21T20:00:00Z",
                },
            ),
            Says(kind="bed-rest", hours=36.0),
        ),
        (
            worded(
                "Strict bed rest",
                occurrencePeriod={"start": "2026-11-20", "end": "2026-11-23"},
            ),
            Says(kind="bed-rest", hours=72.0),
        ),
        (
            worded("Strict bed rest", occurrencePeriod={"start": "2026-11-20"}),
            Says(kind="bed-rest", hours="unknown"),
        ),
        # a brace order names its own reason to stay
        (
            brace(None, reasonCode=[{"text": "posterior wall injury"}]),
            Says(reasons=["stable-burst-fracture"]),
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
            Says(reasons=["spinal-instability"]),
        ),
        (
            brace(None, reasonCode=[{"text": "cauda equina"}]),
            Says(reasons=["neurological-deficit"]),
        ),
        (
            brace(None, reasonCode=[{"text": "Stable burst fracture L1"}]),
            Says(reasons=["stable-burst-fracture"]),
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
            Says(reasons=["stable-burst-fracture"]),
        ),
    ],
)
def test_what_an_order_says(draft, says):
    (order,) = signing_of(draft)
    says.check(order)


@dataclass(frozen=True)
class Stored:
    """A record, and what of it could not be read."""

    resources: tuple[dict[str, Any], ...]
    failed: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @classmethod
    def of(cls, *resources: dict[str, Any], **members: Any) -> "Stored":
        return cls(resources, **members)

    def record(self) -> PatientRecord:
        return record_of(
            *self.resources,
            failed=self.failed,
            incomplete=self.incomplete,
            unreadable=self.unreadable,
        )


@dataclass(frozen=True)
class Support:
    """What is ordered and was done; what is None is not looked at.

    Attributes:
        unchecked: types that could not be read in full.
        procedure_on: the day of the procedure from which weeks count.
        augmented_on: the day of the newest augmentation.
    """

    orders: list[str] | None = None
    unchecked: list[str] | None = None
    procedure_on: date | Unknown | None = None
    augmented_on: date | Unknown | None = None
    other_fractures: list[str] | None = None

    def check(self, support: SupportOrders) -> None:
        if self.orders is not None:
            assert [listed(order) for order in support.orders] == self.orders
        if self.unchecked is not None:
            assert list(support.unchecked) == self.unchecked
        if self.procedure_on is not None:
            assert support.procedure_on == or_none(self.procedure_on)
        if self.augmented_on is not None:
            assert support.augmented_on == or_none(self.augmented_on)
        if self.other_fractures is not None:
            assert list(support.other.fractures) == self.other_fractures


def listed(order: SupportOrder) -> str:
    number = order.reference.partition("/")[2]
    return f"{order.kind} {number} {'signed' if order.is_draft else 'in force'}"


def augmentation_of(levels=(), planned=None):
    return AugmentationOrder(
        references=(),
        procedure=None,
        levels=TreatedLevels(names=tuple(levels)),
        planned=planned,
    )


# One ends by its period, one by its words.
UNTIL_JUNE = Stored.of(
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
)


@pytest.mark.parametrize(
    ("stored", "drafts", "signed", "today", "expected"),
    [
        pytest.param(
            Stored.of(
                brace(None, number=9, status="active"),
                order(codeable(SCT, code="103699006"), number=3, status="active"),
            ),
            [brace(None)],
            None,
            TODAY,
            Support(
                orders=[
                    "brace draft-1 signed",
                    "dietitian draft-3 in force",
                    "brace draft-9 in force",
                ],
                unchecked=[],
            ),
            id="an active order stands beside the drafts",
        ),
        pytest.param(
            Stored.of(brace(None, status="active")),
            [brace(None)],
            None,
            TODAY,
            Support(orders=["brace draft-1 signed"]),
            id="a draft that the server knows is counted once",
        ),
        pytest.param(
            Stored.of(
                brace(None, number=1, status="draft"),
                brace(None, number=2, status="completed"),
                brace(None, number=3, status="revoked"),
                brace(None, number=4, status="entered-in-error"),
                brace(None, number=5, status="unknown"),
            ),
            [],
            None,
            TODAY,
            Support(orders=[]),
            id="only orders in force count",
        ),
        pytest.param(
            Stored.of(
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
            ),
            [],
            None,
            TODAY,
            Support(orders=[]),
            id="what is only proposed is not ordered",
        ),
        pytest.param(
            UNTIL_JUNE,
            [],
            None,
            TODAY,
            Support(orders=[]),
            id="a brace whose period or words ended it is none any more",
        ),
        pytest.param(
            UNTIL_JUNE,
            [],
            None,
            date(2026, 5, 20),
            Support(orders=["brace draft-1 in force", "brace draft-2 in force"]),
            id="until then it is one",
        ),
        pytest.param(
            Stored.of(done("2026-10-01")),
            [],
            augmentation_of(planned=date(2026, 12, 1)),
            TODAY,
            Support(procedure_on=date(2026, 12, 1), augmented_on=date(2026, 10, 1)),
            id="a brace follows the procedure that is signed with it",
        ),
        pytest.param(
            Stored.of(),
            [],
            augmentation_of(planned=date(2026, 11, 1)),
            TODAY,
            Support(procedure_on="unknown"),
            id="a planned day that is over is a mistake",
        ),
        pytest.param(
            Stored.of(),
            [],
            augmentation_of(planned=date(2028, 1, 1)),
            TODAY,
            Support(procedure_on="unknown"),
            id="so is one more than a year away",
        ),
        pytest.param(
            Stored.of(
                done("2026-08-01"),
                done(
                    None,
                    performedPeriod={
                        "start": "2026-10-02T09:00:00Z",
                        "end": "2026-10-02T10:00:00Z",
                    },
                ),
                cpt("22511", status="completed", authoredOn="2026-09-01"),
            ),
            [],
            None,
            TODAY,
            Support(procedure_on="unknown", augmented_on=date(2026, 10, 2)),
            id="the newest augmentation is dated",
        ),
        pytest.param(
            Stored.of(
                done("2026-10-02", status="preparation"),
                done("2026-10-02", status="not-done"),
                done("2026-10-02", status="entered-in-error"),
                done("2026-10-02", status="stopped"),
            ),
            [],
            None,
            TODAY,
            Support(augmented_on="unknown"),
            id="a procedure that was not done is no augmentation",
        ),
        pytest.param(
            Stored.of(done(None)),
            [],
            None,
            TODAY,
            Support(augmented_on="unknown"),
            id="an augmentation without a date gives no day",
        ),
        pytest.param(
            Stored.of(
                failed=("serviceRequests",),
                incomplete=("deviceRequests",),
                unreadable=(BROKEN,),
            ),
            [],
            None,
            TODAY,
            Support(unchecked=["ServiceRequest", "DeviceRequest", "Procedure"]),
            id="what could not be read in full is named",
        ),
        pytest.param(
            Stored.of(
                condition("S32.030A", recordedDate="2026-11-01"),
                condition("S32.010A", recordedDate="2026-11-01"),
            ),
            [],
            augmentation_of(levels=["L1"]),
            TODAY,
            Support(procedure_on="unknown", other_fractures=["L3"]),
            id="a recent fracture of another level is a reason to keep a brace",
        ),
        pytest.param(
            Stored.of(
                condition("S32.010A", recordedDate="2026-11-01"),
                condition("S32.030A", recordedDate="2025-11-01"),
                condition("S32.040A", status="resolved", recordedDate="2026-11-01"),
                condition("S32.050D", recordedDate="2026-11-01"),
            ),
            [],
            augmentation_of(levels=["L1"]),
            TODAY,
            Support(other_fractures=[]),
            id="the treated level, an old, a closed and a healing fracture are none",
        ),
        pytest.param(
            Stored.of(condition("S32.030A", recordedDate="2026-11-01")),
            [],
            augmentation_of(levels=[]),
            TODAY,
            Support(other_fractures=[]),
            id="without a treated level no fracture is another",
        ),
    ],
)
def test_what_is_ordered_and_was_done_on_record(
    stored, drafts, signed, today, expected
):
    support = join_support_orders(
        signing_of(*drafts),
        stored.record(),
        terminology(),
        augmentation=signed,
        today=today,
    )
    expected.check(support)


@settings(max_examples=150, deadline=None)
@given(anything=junk(), members=junk_members())
def test_junk_never_raises(anything, members):
    find_draft_support_orders(signing(anything), terminology())
    signing_of(brace() | members)
