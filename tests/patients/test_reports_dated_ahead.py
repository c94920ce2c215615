"""What is dated ahead, or only registered, and names a metastasis leaves it open."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import reassuring_record, selected

RADIOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")
OF_CANCER = {"conclusion": "Metastasis of L3 with an epidural mass."}


def report(**members):
    said = {"status": "final", "code": {"text": "MRI lumbar spine"}} | members
    return of_patient("DiagnosticReport", "mri", category=[RADIOLOGY], **said)


def radiotherapy(days):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(days)}
    title = {"text": "Radiotherapy of L3 metastasis"}
    return of_patient("ServiceRequest", "radiotherapy", code=title, **said)


def registered(**members):
    return report(status="registered", effectiveDateTime=days_ago(2), **members)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(
            report(
                effectiveDateTime=days_ago(-360),
                issued=f"{days_ago(1)}T10:00:00Z",
                **OF_CANCER,
            ),
            id="report of next year",
        ),
        pytest.param(
            report(effectiveDateTime=days_ago(-1), **OF_CANCER), id="of tomorrow"
        ),
        pytest.param(radiotherapy(-300), id="order of next year"),
        pytest.param(registered(**OF_CANCER), id="registered with words"),
        pytest.param(
            registered(conclusionCode=[codeable(ICD, "C79.51")]),
            id="registered with a code",
        ),
    ],
)
def test_it_leaves_the_cause_open(entry):
    cards = by_topic(ask(order_sign(reassuring_record(entry), kyphoplasty())))
    card = cards["rehabilitation"]
    assert "malignancy of bone not excluded" in card["detail"]
    assert "below the usual" not in card["detail"]
    labels = {label for _, label in selected(cards)}
    assert "Refer to fracture liaison service" not in labels


def test_a_registered_report_without_a_result_names_nothing():
    empty = registered(code={"text": "MRI of the knee"})
    cards = by_topic(ask(order_sign(reassuring_record(empty), kyphoplasty())))
    assert "malignancy" not in cards["rehabilitation"]["detail"]
