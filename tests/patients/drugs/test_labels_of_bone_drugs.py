"""A bone drug goes on unless its label forbids it, of what the record is not read for."""

import pytest

from tests.patients.inpatients import cards_by_topic, chart, coded, statement

CLOTS = "continue unless thrombosis, MI or stroke."
CALCIUM = "continue unless high calcium, Paget or tumour."


def _summary(*entries):
    return cards_by_topic(chart(coded("M80.08XA"), *entries))["rehabilitation"][
        "summary"
    ]


# Labels (DailyMed, EMA): raloxifene and bazedoxifene not after a venous thrombosis;
# teriparatide and abaloparatide not with high
# calcium, Paget's disease or a tumour of bone.
@pytest.mark.parametrize(
    ("name", "code", "unless"),
    [
        ("raloxifene", "G03XC01", CLOTS),
        ("bazedoxifene", "G03XC02", CLOTS),
        ("teriparatide", "H05AA02", CALCIUM),
        ("abaloparatide", "H05AA04", CALCIUM),
    ],
)
@pytest.mark.parametrize("days", [10, 100])
def test_the_summary_says_unless(name, code, unless, days):
    summary = _summary(statement(name, code, days))
    assert summary.endswith(unless)
    assert len(summary) <= 140


@pytest.mark.parametrize("days", [10, 100])
def test_alendronate_goes_on_without_a_condition(days):
    summary = _summary(statement("alendronate", "M05BA04", days))
    assert "continue" in summary
    assert "unless" not in summary
