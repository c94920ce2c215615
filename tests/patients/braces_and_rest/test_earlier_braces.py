"""A brace on record of which it is not clear if it is the first of this fracture."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
)
from tests.codes import HCPCS, ICD, codeable
from tests.patients.reassuring import end_is_selected, reassuring_record

OPEN = "a brace on record whose day or purpose is not clear"


def fractured(days):
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number="fx", code=codeable(ICD, "S32.010A"), **begun)


def worn(**members):
    said = {"status": "active", "intent": "order"}
    said["codeCodeableConcept"] = codeable(HCPCS, "L0456")
    return of_patient("DeviceRequest", "worn", **said | members)


def signed_beside(*entries):
    """Return the cards of a brace without an end that is signed beside these."""
    record = reassuring_record(*entries)
    return by_topic(ask(order_sign(record, kyphoplasty(), brace())))


def is_open(*entries):
    cards = signed_beside(*entries)
    is_named = OPEN in cards["braceLimit"]["detail"]
    assert is_named is not end_is_selected(cards)
    return is_named


@pytest.mark.parametrize(
    "purpose",
    [
        {"note": [{"text": "for scoliosis"}]},
        {"note": [{"text": "for spinal stenosis"}]},
        {"reasonCode": [codeable(ICD, "M41.9", "Scoliosis")]},
        {"reasonCode": [codeable(ICD, "M48.061")]},
        {"reasonCode": [{"text": "Spondylolisthesis"}]},
    ],
    ids=["scoliosis noted", "stenosis noted", "scoliosis", "stenosis", "in words"],
)
def test_the_weeks_of_a_brace_for_another_disease_do_not_count(purpose):
    other = worn(authoredOn=days_ago(40), **purpose)
    assert is_open(fractured(60), other)
    assert "renewed" not in signed_beside(fractured(60), other)["braceLimit"]["summary"]


@pytest.mark.parametrize(
    "purpose",
    [
        {},
        {"reasonCode": [codeable(ICD, "S32.010A")]},
        {"reasonCode": [codeable(ICD, "M54.50", "Low back pain")]},
        {"note": [{"text": "for the fracture, scoliosis"}]},
    ],
    ids=["nothing", "the fracture", "pain", "both"],
)
def test_those_of_a_brace_for_this_fracture_do(purpose):
    own = worn(authoredOn=days_ago(40), **purpose)
    assert not is_open(fractured(60), own)
    summary = signed_beside(fractured(60), own)["braceLimit"]["summary"]
    assert summary.startswith("TLSO renewed: first brace 11 Oct")


@pytest.mark.parametrize("written", ["2026-10", "2026", None])
def test_a_brace_in_use_without_a_day_is_named(written):
    assert is_open(fractured(60), worn(authoredOn=written))


@pytest.mark.parametrize(
    ("written", "status"), [("2019", "active"), (None, "completed")]
)
def test_a_brace_of_other_years_is_not(written, status):
    assert not is_open(fractured(60), worn(authoredOn=written, status=status))


@pytest.mark.parametrize(("days", "expected"), [(45, True), (200, False)])
def test_a_brace_shortly_before_the_fracture_is_named(days, expected):
    assert is_open(fractured(40), worn(authoredOn=days_ago(days))) is expected
