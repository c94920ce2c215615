"""A newer value counts, even if it says the same thing in another way than an older."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    strong_and_nourished,
)
from tests.codes import CPT, UCUM, codeable

KG = {"unit": "kg", "system": UCUM, "code": "kg"}


def detail_of(*values, without=()):
    left_out = {f"o-{name}" for name in without}
    record = [one for one in strong_and_nourished() if one["id"] not in left_out]
    card = by_topic(ask(order_sign([*record, *values], kyphoplasty())))
    shown = card["rehabilitation"]
    return f"{shown['summary']}\n{shown['detail']}"


def lean_mass(value, days):
    quantity = {"value": value, **KG}
    return measured("appendicular-lean-mass", value, days=days, valueQuantity=quantity)


def category(word, days):
    entry = measured("mna-category", True, days=days)
    del entry["valueBoolean"]
    return entry | {"valueCodeableConcept": {"text": word}}


def grip(value, days, hand, number):
    site = {"text": hand}
    return measured("grip-strength", value, days=days, number=number, bodySite=site)


def in_year(entry):
    """Date a value by its year alone: it may be of any day of this year."""
    return entry | {"effectiveDateTime": "2026"}


def filtration(value, days):
    code = codeable("http://loinc.org", "62238-1")
    unit = "mL/min/{1.73_m2}"
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return measured("egfr", value, days=days, code=code, valueQuantity=quantity)


def dialysis(**members):
    said = {"status": "completed", "code": codeable(CPT, "90935")}
    return of_patient("Procedure", "dialysis", **said | members)


def test_the_base_record_reassures():
    assert "below" in detail_of()


def test_a_newer_lean_mass_replaces_an_older_index():
    detail = detail_of(
        measured("appendicular-muscle-index", 6.4, days=170),
        lean_mass(11, 10),
        measured("height", 1.58),
        measured("grip-strength", 18),
        without=("appendicular-muscle-index", "grip-strength"),
    )
    assert "below" not in detail


@pytest.mark.parametrize("days", [85, 300])
def test_a_newer_category_replaces_an_older_score(days):
    detail = detail_of(
        measured("mna-score", 26, days=days),
        category("C", 1),
        without=("mna-score",),
    )
    assert "Malnourished (MNA category C)" in detail
    assert "26 points do not fit the newer category C" in detail
    assert "below" not in detail


def test_a_score_overrides_an_older_category():
    detail = detail_of(
        measured("mna-score", 26, days=1), category("C", 170), without=("mna-score",)
    )
    assert "Malnourished" not in detail


def test_a_newer_and_lower_bmi_by_weight_and_height_counts():
    detail = detail_of(
        measured("bmi", 18.8, days=170),
        measured("weight", 43.0),
        measured("height", 1.55),
        without=("bmi",),
    )
    assert "BMI 17.9" in detail
    assert "below" not in detail


def test_a_newer_weight_without_a_height_lets_a_bmi_reassure_no_one():
    values = [measured("bmi", 21.5, days=170), measured("weight", 40, days=1)]
    assert "below" not in detail_of(*values, without=("bmi",))


def test_the_other_hand_does_not_undo_a_weak_dominant_one():
    weak = grip(8, 10, "dominant hand", "weak")
    strong = grip(24, 1, "non-dominant hand", "strong")
    detail = detail_of(weak, strong, without=("grip-strength",))
    assert detail.startswith("Weak grip (8 kg)")


@pytest.mark.parametrize(
    ("older", "newer", "replaced"),
    [
        pytest.param(
            measured("mna-score", 26, days=170),
            [in_year(category("C", 1))],
            ["mna-score"],
            id="nutrition",
        ),
        pytest.param(
            measured("bmi", 18.8, days=170),
            [in_year(measured("weight", 43.0)), measured("height", 1.55)],
            ["bmi"],
            id="weight and height",
        ),
        pytest.param(
            measured("bmi", 24, days=170),
            [in_year(measured("weight", 43.0)), measured("height", 1.55)],
            ["bmi"],
            id="weight and height, far from the BMI",
        ),
        pytest.param(
            measured("bmi", 21.5, days=170),
            [in_year(measured("weight", 40))],
            ["bmi"],
            id="weight alone",
        ),
    ],
)
def test_a_value_of_this_year_may_be_the_newer(older, newer, replaced):
    assert "below" not in detail_of(older, *newer, without=replaced)


def test_a_lean_mass_of_this_year_may_be_newer_than_an_index():
    values = [
        measured("appendicular-muscle-index", 6.4, days=170),
        measured("grip-strength", 18, days=170),
        measured("height", 1.58, days=200),
        in_year(lean_mass(11, 0)),
    ]
    replaced = ("appendicular-muscle-index", "grip-strength")
    assert "below" not in detail_of(*values, without=replaced)


@pytest.mark.parametrize(
    "when",
    [
        pytest.param({}, id="without a day"),
        pytest.param({"status": "in-progress"}, id="in progress"),
        pytest.param(
            {"status": "unknown", "performedDateTime": days_ago(3)}, id="perhaps done"
        ),
    ],
)
def test_an_older_filtration_settles_no_dialysis_that_may_be_newer(when):
    detail = detail_of(filtration(80, 170), dialysis(**when))
    assert "below" not in detail
    assert "severe kidney disease not excluded" in detail


def test_a_newer_filtration_settles_a_dialysis_in_doubt():
    doubted = dialysis(status="unknown", performedDateTime=days_ago(30))
    assert "below" in detail_of(filtration(80, 3), doubted)
