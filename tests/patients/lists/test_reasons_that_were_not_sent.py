"""A reason that is only a reference to a diagnosis that was not sent may be anything."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
)
from tests.patients.reassuring import end_is_selected, reassuring_record

UNSENT = {"reference": "Condition/999"}
HARMLESS = problem("I10", number="c-harmless", days=400)
METASTASIS = problem("C79.51", number="999", days=20)


def stay(reference):
    return inpatient() | {"diagnosis": [{"condition": reference}]}


def stay_because(reference):
    return inpatient() | {"reasonReference": [reference]}


def of_signing(kind, **members):
    said = {"status": "draft", "intent": "order", "reasonReference": [UNSENT]}
    return of_patient(kind, "signed", **said | members)


def cards(*entries, orders=()):
    record = reassuring_record(*entries)
    return by_topic(ask(order_sign(record, kyphoplasty(), brace(), *orders)))


REFERENCES = [
    pytest.param(UNSENT, id="relative"),
    pytest.param({"reference": "https://other.example/fhir/Condition/1"}, id="server"),
    pytest.param(
        {"reference": f"urn:uuid:{'0' * 8}-0000-4000-8000-{'0' * 12}"}, id="u"
    ),
    pytest.param({"identifier": {"value": "77"}}, id="identifier"),
    pytest.param({"type": "Condition"}, id="type"),
]


@pytest.mark.parametrize("stay_for", [stay, stay_because])
@pytest.mark.parametrize("reference", REFERENCES)
def test_a_stay_of_which_the_diagnosis_was_not_sent_reassures_nobody(
    reference, stay_for
):
    answer = cards(stay_for(reference))
    detail = answer["rehabilitation"]["detail"]
    assert "this stay not fully understood" in detail
    assert "below" not in detail
    assert not end_is_selected(answer)


DRAFTS = [
    pytest.param(
        of_signing("ServiceRequest", code={"text": "Full blood count"}), id="laboratory"
    ),
    pytest.param(
        of_signing(
            "MedicationRequest", medicationCodeableConcept={"text": "Paracetamol 1 g"}
        ),
        id="drug",
    ),
    pytest.param(
        of_signing("DeviceRequest", codeCodeableConcept={"text": "Walking frame"}),
        id="device",
    ),
]


@pytest.mark.parametrize("draft", DRAFTS)
def test_an_order_of_which_the_reason_was_not_sent_reassures_nobody(draft):
    answer = cards(orders=[draft])
    assert "below" not in answer["rehabilitation"]["detail"]
    assert not end_is_selected(answer)


@pytest.mark.parametrize("draft", DRAFTS)
def test_the_reason_of_an_order_is_told_by_the_list(draft):
    told = draft | {"reasonReference": [{"reference": "Condition/c-harmless"}]}
    detail = cards(HARMLESS, orders=[told])["rehabilitation"]["detail"]
    assert "below the usual" in detail


def test_the_brace_of_which_the_reason_was_not_sent_reassures_nobody():
    record = reassuring_record()
    signed = order_sign(record, kyphoplasty(), brace(reasonReference=[UNSENT]))
    assert "below" not in by_topic(ask(signed))["rehabilitation"]["detail"]


def test_the_unsent_reason_of_a_kyphoplasty_is_named_once():
    listed = {"reference": "Condition/c-fracture"}
    signed = kyphoplasty() | {"reasonReference": [listed, UNSENT]}
    record = reassuring_record(problem("M80.08XA", number="c-fracture", days=5))
    detail = by_topic(ask(order_sign(record, signed)))["rehabilitation"]["detail"]
    assert detail.count("a reason of the order was not understood") == 1
    assert "not fully understood" not in detail
    assert "below" not in detail


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(stay({"reference": "Condition/c-harmless"}), id="on the list"),
        pytest.param(stay(UNSENT | {"display": "Low back pain"}), id="in words"),
        pytest.param(stay({"reference": "Procedure/9"}), id="a procedure"),
        pytest.param(stay_because({"reference": "Observation/9"}), id="a value"),
        pytest.param(
            stay({"reference": "#c"}) | {"contained": [problem("I10", number="c")]},
            id="contained",
        ),
    ],
)
def test_a_stay_of_which_the_reason_is_told_changes_nothing(told):
    answer = cards(HARMLESS, told)
    assert "below the usual" in answer["rehabilitation"]["detail"]
    assert end_is_selected(answer)


def test_the_diagnosis_of_a_stay_counts_if_it_is_listed():
    card = cards(METASTASIS, stay(UNSENT))["rehabilitation"]
    assert card["indicator"] == "warning"
    assert "stay" not in card["detail"]


def test_an_older_order_may_refer_to_what_no_list_holds():
    """EHRs that keep diagnoses of visits apart would leave everything open."""
    said = {"status": "active", "intent": "order", "reasonReference": [UNSENT]}
    said |= {"code": {"text": "Full blood count"}, "authoredOn": days_ago(5)}
    detail = cards(of_patient("ServiceRequest", "o", **said))["rehabilitation"][
        "detail"
    ]
    assert "below the usual" in detail
