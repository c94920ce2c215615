"""Old entries that name a fracture of their time, whatever vertebra they name."""

import pytest

from tests.chart_builders import days_ago, kyphoplasty, of_patient
from tests.codes import CPT, ICD, codeable
from tests.patients.reassuring import card_of, dated, imaging

OPEN = "earlier vertebral fracture not excluded"
FRACTURE = codeable(ICD, "M80.08XA")


def detail_of(*entries):
    return card_of(*entries, order=kyphoplasty())["detail"]


def order_of(days, code, status="completed", **members):
    return of_patient(
        "ServiceRequest",
        "old",
        status=status,
        intent="order",
        code=code,
        authoredOn=days_ago(days),
        **members,
    )


def report_of(days, conclusion, **members):
    return imaging(conclusion) | {"effectiveDateTime": days_ago(days)} | members


def drug_for(reason):
    return of_patient(
        "MedicationRequest",
        "old",
        status="stopped",
        intent="order",
        medicationCodeableConcept={"text": "Morphine 10 mg"},
        authoredOn=days_ago(500),
        reasonCode=[reason],
    )


def procedure_of(days, code, status="completed", **members):
    return of_patient(
        "Procedure",
        "old",
        status=status,
        code=code,
        performedDateTime=days_ago(days),
        **members,
    )


def study_for(reason):
    return of_patient(
        "ImagingStudy",
        "old",
        status="available",
        started=days_ago(500),
        reasonCode=[reason],
    )


X_RAY = {"text": "X-ray spine"}
KYPHOPLASTY = codeable(CPT, "22514")


@pytest.mark.parametrize(
    "entry",
    [
        report_of(900, "Osteoporotic compression fracture L1."),
        report_of(400, "Acute vertebral fracture."),
        report_of(3000, "Deckplattenimpressionsfraktur LWK 1."),
        report_of(900, "See code.", conclusionCode=[FRACTURE]),
        order_of(900, {"text": "Physiotherapy"}, reasonCode=[FRACTURE]),
        procedure_of(900, X_RAY, reasonCode=[{"text": "Compression fracture L1"}]),
        drug_for({"text": "vertebral fracture"}),
        study_for({"text": "vertebral fracture"}),
    ],
)
def test_an_old_mention_of_a_fracture_leaves_an_earlier_one_open(entry):
    detail = detail_of(entry)
    assert "below the usual" not in detail
    assert OPEN in detail


@pytest.mark.parametrize(
    "entry",
    [
        report_of(400, "No vertebral fracture."),
        report_of(500, "Vertebral fracture?"),
        report_of(700, "Rib fracture."),
        report_of(60, "Compression fracture L1."),
        order_of(700, X_RAY, reasonCode=[{"text": "r/o vertebral fracture"}]),
        order_of(700, X_RAY, reasonCode=[{"text": "V.a. LWK-Fraktur"}]),
        order_of(60, X_RAY, reasonCode=[FRACTURE]),
        order_of(900, {"text": "Vertebral fracture assessment"}),
        order_of(900, {"text": "DXA"}, reasonCode=[codeable(ICD, "M81.0")]),
    ],
)
def test_old_questions_and_the_first_report_leave_nothing_open(entry):
    assert OPEN not in detail_of(entry)


@pytest.mark.parametrize("status", ["completed", "active", "on-hold", "unknown"])
@pytest.mark.parametrize("days", [900, 300, 60])
def test_an_old_order_of_an_augmentation_leaves_an_earlier_fracture_open(status, days):
    detail = detail_of(order_of(days, KYPHOPLASTY, status))
    assert "below the usual" not in detail
    assert OPEN in detail


def test_an_augmentation_of_another_region_leaves_an_earlier_fracture_open():
    assert OPEN in detail_of(order_of(10, codeable(CPT, "22513"), "active"))


@pytest.mark.parametrize("days", [900, 300])
def test_an_augmentation_that_was_not_done_leaves_an_earlier_fracture_open(days):
    assert OPEN in detail_of(procedure_of(days, KYPHOPLASTY, "not-done"))


@pytest.mark.parametrize(
    "entries",
    [
        [order_of(3, KYPHOPLASTY, "active")],
        [order_of(400, KYPHOPLASTY, "revoked")],
        [order_of(60, KYPHOPLASTY, "active"), dated(FRACTURE, days=70)],
        [procedure_of(60, KYPHOPLASTY, "not-done"), dated(FRACTURE, days=70)],
    ],
)
def test_an_order_of_the_present_fracture_leaves_nothing_open(entries):
    assert OPEN not in detail_of(*entries)
