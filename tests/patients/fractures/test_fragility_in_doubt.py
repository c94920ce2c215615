"""Nothing is called a fragility fracture beside a doubt about its cause (F27)."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, measured, order_sign
from tests.patients.reassuring import dated, first_card, imaging, quiet_record

CLAIM = "after a fragility fracture"


def in_words(text):
    return dated({"text": text}, days=5)


DOUBTS = [
    pytest.param(in_words("Rule out metastasis"), id="tumour"),
    pytest.param(in_words("Rule out discitis"), id="infection"),
    pytest.param(in_words("Suspected pathological fracture"), id="pathological"),
    pytest.param(in_words("Possible fall from roof"), id="high energy"),
    pytest.param(in_words("Leg weakness?"), id="deficit"),
    pytest.param(imaging("Cannot exclude metastatic disease at L1."), id="report"),
]


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("values", [(), (measured("bmd-t-score", -2.8),)])
def test_a_doubt_about_the_cause_leaves_the_kind_of_fracture_open(doubt, values):
    summary = first_card(doubt, *values)["summary"]
    assert CLAIM not in summary
    if "not excluded" in summary:  # the doubt leads, and is settled first
        return
    assert summary.startswith("No bone drug")
    assert "if this is a fragility fracture (FLS)" in summary
    assert ("T −2.8" in summary) == bool(values)


def test_a_list_that_was_not_read_leaves_it_open_too():
    body = order_sign(quiet_record(), kyphoplasty())
    del body["prefetch"]["diagnosticReports"]
    summary = by_topic(ask(body))["rehabilitation"]["summary"]
    assert CLAIM not in summary


def test_without_a_doubt_it_is_one():
    assert CLAIM in first_card()["summary"]
