"""What orders and reports name beside the fracture: nothing beside it is below the usual."""

import pytest

from tests.chart_builders import (
    days_ago,
    kyphoplasty,
    of_patient,
)
from tests.patients.reassuring import card_of, imaging


def detail_of(*entries, order=None):
    return card_of(*entries, order=order or kyphoplasty(None))["detail"]


def titled(words):
    return kyphoplasty() | {"code": {"text": words}}


def quetiapine(reason):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(20)}
    said["medicationCodeableConcept"] = {"text": "Quetiapine 25 mg"}
    said["reasonCode"] = [{"text": reason}]
    return of_patient("MedicationRequest", "quetiapine", **said)


def not_known(detail):
    return detail.partition("**Not known:**")[2]


EARLIER = [
    "old fracture T12, L2",
    "previous VCF T8",
    "chronic compression fracture T12",
    "alte Fraktur LWK 3",
    "antécédent de fracture T12",
    "既往椎体骨折",
]


@pytest.mark.parametrize("words", EARLIER)
def test_an_earlier_fracture_that_the_order_gives_as_reason_is_open(words):
    detail = detail_of(order=kyphoplasty(reasonCode=[{"text": words}]))
    assert "below the usual" not in detail
    assert "earlier vertebral fracture not excluded" in not_known(detail)


@pytest.mark.parametrize("words", EARLIER)
def test_an_earlier_fracture_that_a_report_names_is_open(words):
    detail = detail_of(imaging(f"Acute fracture of L1. {words}."), order=kyphoplasty())
    assert "below the usual" not in detail
    assert "earlier vertebral fracture not excluded" in not_known(detail)


@pytest.mark.parametrize(
    "conclusion",
    [
        "Acute fracture of L1.",
        "No old fractures. Acute L1 fracture.",
        "No other fractures",
    ],
)
def test_a_report_of_the_fracture_that_is_treated_changes_nothing(conclusion):
    assert "below the usual" in detail_of(imaging(conclusion), order=kyphoplasty())


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("dementia", "dementia"),
        ("Parkinson", "Parkinson's disease"),
        ("severe frailty", "severe frailty"),
        ("recurrent falls", "falls"),
        ("ESRD on HD", "kidney"),
    ],
)
def test_what_raises_the_risk_and_is_only_mentioned_is_open(words, named):
    for entry, order in (
        (imaging(words), kyphoplasty()),
        (quetiapine(words), kyphoplasty()),
        (None, kyphoplasty(reasonCode=[{"text": words}])),
        (None, titled(f"Kyphoplasty L1, {words}")),
    ):
        detail = detail_of(*filter(None, [entry]), order=order)
        assert "below the usual" not in detail
        assert named in not_known(detail)


@pytest.mark.parametrize(
    "rest",
    [
        "on Prolia",
        "on prednisone",
        "T-score -3.8",
        "prior kyphoplasty T12",
        "unstable",
        "infected",
        "age 89",
        "陈旧性骨折L3",
    ],
)
def test_the_rest_of_a_title_that_nobody_understood_reassures_nobody(rest):
    detail = detail_of(order=titled(f"Kyphoplasty L1, {rest}"))
    assert "below the usual" not in detail
    assert not_known(detail)


@pytest.mark.parametrize(
    "rest",
    [
        *("urgent", "outpatient", "general anesthesia", "right-sided approach"),
        *("compression fracture", "for painful osteoporotic fracture", "after a fall"),
        *("balloon", "bipedicular", "under fluoroscopy", "nach Sturz", "Vollnarkose"),
    ],
)
def test_the_plain_rest_of_a_title_changes_nothing(rest):
    assert "below the usual" in detail_of(order=titled(f"Kyphoplasty L1, {rest}"))


def sited(words):
    return kyphoplasty() | {"bodySite": [{"text": words}]}


@pytest.mark.parametrize(
    "words",
    [
        "L1 metastatic",
        "L1 discitis",
        "L1 cord compression",
        "L1 myeloma",
        "L1 unstable",
    ],
)
def test_what_a_body_site_says_beside_its_place_reassures_nobody(words):
    detail = detail_of(order=sited(words))
    assert "below the usual" not in detail
    assert "the order's bodySite not understood" in detail


@pytest.mark.parametrize(
    "words",
    [
        *("L1", "LWK 1", "1. Lendenwirbel", "vertèbre L1", "第1腰椎", "kręg L1"),
        *("Structure of first lumbar vertebra (body structure)", "12. Brustwirbel"),
    ],
)
def test_a_place_changes_nothing(words):
    assert "below the usual" in detail_of(order=sited(words))
