"""Codes of deep infections and of lesions say no less than their words."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import summaries_beside


@pytest.mark.parametrize(
    ("code", "name"),
    [
        *[
            (code, "spinal infection not excluded")
            for code in ("M00.9", "M00.861", "K65.1", "B95.61", "L02.212", "J86.9")
        ],
        *[
            (code, "malignancy of bone not excluded")
            for code in ("R91.8", "R91.1", "N63.0", "R59.0")
        ],
    ],
)
def test_it_is_asked_about_with_all_arranged(code, name):
    (summary,) = summaries_beside(coded(code, days=20))
    assert name in summary


@pytest.mark.parametrize("code", ["L03.115", "L02.416", "K65.9", "B95.0", "R93.5"])
def test_what_is_elsewhere_is_not(code):
    assert summaries_beside(coded(code, days=20)) == []


def card(*entries):
    body = order_sign(chart(coded("M80.08XA", days=20), *entries), kyphoplasty())
    return by_topic(ask(body))["rehabilitation"]


@pytest.mark.parametrize(
    "code", ["T84.51XA", "T84.54XD", "T84.610A", "T84.7XXA", "T82.7XXA", "T82.6XXA"]
)
def test_an_infected_implant_is_named_as_its_words_are(code):
    detail = card(coded(code, days=20))["detail"]
    assert "spinal infection not excluded" in detail
    assert "not understood" not in detail
    (summary,) = summaries_beside(coded(code, days=20))
    assert "spinal infection not excluded" in summary


def test_a_history_entered_of_late_has_no_year_of_its_own():
    start = "Breast cancer: could this be a metastasis?"
    assert card(coded("Z85.3", days=20))["summary"].startswith(start)
    assert card(coded("C50.911", days=20))["summary"].startswith("Breast cancer (2026)")


def test_a_history_with_an_onset_of_its_own_keeps_its_year():
    onset = coded("Z85.3", days=20) | {"onsetDateTime": "2024-03-01"}
    assert card(onset)["summary"].startswith("Breast cancer (2024)")


def test_a_history_entered_years_ago_is_an_old_cancer():
    assert "Earlier cancer" in card(coded("Z85.3", days=3000))["detail"]
