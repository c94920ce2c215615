"""The day of the next denosumab stays on the card whatever leads it."""

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
from tests.patients.reassuring import reassuring_record

ACTIVE = {"coding": [{"code": "active"}]}


def _detail(*record):
    dose = of_patient(
        "MedicationAdministration",
        "dose",
        status="completed",
        medicationCodeableConcept={"text": "Prolia 60 mg"},
        effectiveDateTime=days_ago(120),
    )
    body = order_sign(reassuring_record(dose, *record), kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]["detail"]


def _broke(code, days):
    return of_patient(
        "Condition",
        "broken",
        clinicalStatus=ACTIVE,
        code=codeable(ICD, code),
        onsetDateTime=days_ago(days),
    )


@pytest.mark.parametrize(
    "code",
    [pytest.param("S72.001A", id="hip"), pytest.param("S22.060A", id="vertebra")],
)
def test_behind_another_fracture_its_day_is_said(code):
    assert "**Next denosumab:** due 23 Jan" in _detail(_broke(code, 200))


def test_a_review_is_no_dose():
    review = ordered("bone-treatment", days=1)
    assert "**Next denosumab:** due 23 Jan" in _detail(_broke("S72.001A", 200), review)
