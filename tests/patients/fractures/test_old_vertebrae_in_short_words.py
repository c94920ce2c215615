"""Short words for an old fracture, in the order's reason or a coded diagnosis."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated, imaging

OPEN = "earlier vertebral fracture not excluded"
OLD = [
    "Fracture L1, old T8",
    "L1 fracture, T8 chronic",
    "Acute L1 fracture; T8 healed",
    "OVF L1, previous T12",
    "L1 OVF after T12 OVF",
    "L1 OVF; T12 2019",
    "Fracture after fracture",
    "VCFs",
    "OVCFs",
    "2. Fraktur",
    "Tassement L1, ancien T8",
    "Fractura L1, antigua T8",
    "Złamanie L1, stare T8",
    "L1骨折、T8陳旧性",
    "L1骨折，T8陈旧",
]
OF_NOW = [
    "Fracture L1",
    "L1 OVF 11/2026",
    "Compression fracture L1 2026",
    "Fracture L1, painful",
    "Fracture L1 after fall",
    "LWK-1-Fraktur, bekannte Osteoporose",
    "Fraktur LWK 1, keine alte Fraktur",
    "L1骨折，骨质疏松",
]


def of_reason(words):
    order = kyphoplasty(reasonCode=[codeable(ICD, "M80.08XA", words)])
    return card_of(order=order)["detail"]


def of_problem(words):
    problem = dated(codeable(ICD, "M80.08XA", words), days=10)
    return card_of(problem, order=kyphoplasty())["detail"]


@pytest.mark.parametrize("read", [of_reason, of_problem])
@pytest.mark.parametrize("words", OLD)
def test_short_words_for_an_old_fracture_leave_it_open(words, read):
    detail = read(words)
    assert "below the usual" not in detail
    assert OPEN in detail


@pytest.mark.parametrize("read", [of_reason, of_problem])
@pytest.mark.parametrize("words", OF_NOW)
def test_words_for_the_present_fracture_leave_nothing_open(words, read):
    assert OPEN not in read(words)


def test_an_ordinal_in_a_report_leaves_an_earlier_fracture_open():
    detail = card_of(imaging("2. Fraktur"), order=kyphoplasty())["detail"]
    assert OPEN in detail
