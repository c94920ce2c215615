"""A code that was never judged, in a report or an order, names no disease."""

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, imaging

PNEUMONIA = codeable(ICD, "J18.9")


def ordered():
    members = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    reason = {"code": {"text": "Chest X-ray"}, "reasonCode": [PNEUMONIA]}
    return of_patient("ServiceRequest", "x", **members | reason)


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        (imaging(conclusionCode=[PNEUMONIA]), "report not fully understood"),
        (ordered(), "an order not fully understood"),
        (problem("J18.9"), "1 entry of the problem list not understood"),
    ],
    ids=["report", "order", "list"],
)
def test_it_is_counted_as_not_understood_and_reassures_nobody(entry, named):
    detail = card_of(entry)["detail"]
    assert named in detail
    assert "malignancy" not in detail
    assert "below" not in detail
