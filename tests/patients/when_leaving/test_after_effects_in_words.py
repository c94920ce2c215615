"""A leak, an endplate and a broken hip in words, when the patient leaves."""

import pytest

from tests.chart_builders import problem
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart


def summary_with(words):
    drug = statement("alendronate", "M05BA04", 1)
    entry = problem("x", number="after", days=1, code={"text": words})
    (card,) = leave(leaving_chart(*everything_arranged(), drug, entry))
    return card["summary"]


@pytest.mark.parametrize(
    "words",
    [
        *("Zementaustritt intraspinal", "Cement leakage into spinal canal"),
        *("Fuga de cemento intraespinal", "fuite de ciment intrarachidienne"),
    ],
)
def test_a_leak_of_cement_is_read_and_is_no_tumour(words):
    summary = summary_with(words)
    assert "malignancy" not in summary
    assert "Read before leaving" in summary


def test_an_endplate_that_gave_way_is_a_fracture():
    summary = summary_with("Frische Deckplattenimpression BWK 12")
    assert "recent fracture of T12 not treated" in summary


@pytest.mark.parametrize("words", ["Złamanie szyjki kości udowej", "Złamanie biodra"])
def test_a_polish_hip_is_no_vertebra(words):
    summary = summary_with(words)
    assert "vertebra" not in summary
    assert "Read before leaving" in summary
