"""A missing status, missing words or a missing day says no more than unknown ones."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, codeable
from tests.patients.reassuring import RADIOLOGY, cards_of

MASKED = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "masked",
        }
    ]
}
HIP = [{"text": "Hip hemiarthroplasty for fracture"}, codeable(CPT, "27236")]
KYPHOPLASTY = codeable(CPT, "22514")


def detail(entry):
    return cards_of(entry)["rehabilitation"]["detail"]


def operation(code, status):
    done = {"code": code, "performedDateTime": days_ago(200)}
    return of_patient(
        "Procedure", "hip", **done, **({"status": status} if status else {})
    )


def report(title, status="final", days=5, **said):
    dated = {"status": status, "effectiveDateTime": days_ago(days)}
    dated |= {"category": [RADIOLOGY]}
    return of_patient("DiagnosticReport", "r9", code={"text": title}, **dated, **said)


def order(code, status="active", **said):
    named = {"intent": "order", "status": status, "code": code}
    return of_patient("ServiceRequest", "s9", **named, **said)


@pytest.mark.parametrize("status", [None, "?", "preparation", "unknown"])
@pytest.mark.parametrize("code", HIP)
def test_an_operation_of_a_broken_hip_without_a_status_leaves_it_open(code, status):
    known = detail(operation(code, status))
    assert "below the usual" not in known
    assert "hip fracture" in known.split("**Not known:**")[1]


@pytest.mark.parametrize("status", ["not-done", "entered-in-error"])
def test_an_operation_that_was_not_done_is_none(status):
    assert "below the usual" in detail(operation(HIP[0], status))


@pytest.mark.parametrize("status", ["final", "registered", "partial", "amended"])
@pytest.mark.parametrize(
    "title",
    [
        *("Bone biopsy L1", "Vertebral biopsy", "Histologie Wirbelkörper"),
        *("PET-CT whole body", "Bone scintigraphy", "Skelettszintigraphie"),
    ],
)
def test_a_report_that_says_nothing_leaves_open_what_it_looks_for(title, status):
    known = detail(report(title, status))
    assert "below the usual" not in known
    assert "malignancy" in known.split("**Not known:**")[1]


@pytest.mark.parametrize(
    "entry",
    [
        *(report(one) for one in ("MRI lumbar spine", "Chest X-ray", "ECG")),
        *(report(one) for one in ("Skin biopsy", "Gastroscopy with biopsy", "TSH")),
        report("Bone biopsy L1", "cancelled"),
        report("PET-CT whole body", days=500),
        report("Blood cultures", days=60),
    ],
)
def test_other_reports_without_words_change_nothing(entry):
    assert "below the usual" in detail(entry)


def test_a_hidden_conclusion_was_not_read():
    assert "below the usual" not in detail(report("MRI", _conclusion=MASKED))


OCCURRED = {"occurrenceDateTime": days_ago(900)}
IN_PERIOD = {"occurrencePeriod": {"start": days_ago(900), "end": days_ago(900)}}


@pytest.mark.parametrize(
    "days",
    [
        OCCURRED,
        IN_PERIOD,
        {},
        {"authoredOn": "long ago"},
        {"authoredOn": days_ago(900), "occurrenceDateTime": days_ago(5)},
    ],
)
@pytest.mark.parametrize("status", ["completed", "active", "unknown"])
def test_an_earlier_order_of_a_kyphoplasty_is_dated_by_when_it_was(status, days):
    known = detail(order(KYPHOPLASTY, status, **days))
    assert "below the usual" not in known
    assert "earlier vertebral fracture" in known.split("**Not known:**")[1]


@pytest.mark.parametrize(
    "days",
    [
        {"authoredOn": days_ago(2)},
        {"authoredOn": days_ago(2)} | {"occurrenceDateTime": days_ago(0)},
    ],
)
def test_an_order_of_these_days_may_be_the_signed_one(days):
    assert "below the usual" in detail(order(KYPHOPLASTY, **days))


@pytest.mark.parametrize(
    "title", ["Bone biopsy L1", "Blood cultures", "PET-CT", "Hospice referral"]
)
def test_an_order_written_long_before_its_day_is_of_that_day(title):
    days = {"authoredOn": days_ago(700), "occurrenceDateTime": days_ago(5)}
    assert "below the usual" not in detail(order({"text": title}, **days))
