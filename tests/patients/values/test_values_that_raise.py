"""A value that raises the risk beside the model, and cannot be used, calms nobody."""

import pytest

from tests.chart_builders import (
    days_ago,
    measured,
    of_patient,
)
from tests.codes import LOINC, MEASURES, SCT, UCUM, codeable
from tests.patients.reassuring import card_of

CFS = codeable(SCT, "763264000")  # Clinical Frailty Scale
EGFR = codeable(LOINC, "33914-3")
FILTRATION = "mL/min/{1.73_m2}"


def frailty(value=7, **members):
    said = {"status": "final", "code": CFS, "effectiveDateTime": days_ago(10)}
    if value is not None:
        said["valueInteger"] = value
    return of_patient("Observation", "cfs", **said | members)


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        pytest.param(frailty(status="preliminary"), "preliminary", id="preliminary"),
        pytest.param(frailty(effectiveDateTime=None), "no date", id="undated"),
        pytest.param(
            frailty(effectiveDateTime=days_ago(800)), "too old to use", id="old"
        ),
        pytest.param(
            frailty(None, valueString="7 - severely frail"), "no number", id="words"
        ),
        pytest.param(frailty(70), "not plausible", id="typing mistake"),
    ],
)
def test_a_frailty_that_cannot_be_used_is_named_and_reassures_nobody(entry, named):
    detail = card_of(entry)["detail"]
    assert "below the usual" not in detail
    assert "Clinical Frailty Scale" in detail.partition("**Not known:**")[2]
    assert named in detail


def filtration(value, comparator=None, **members):
    """An eGFR, with the limit that a laboratory prints before it."""
    quantity = {"value": value, "unit": FILTRATION, "system": UCUM, "code": FILTRATION}
    if comparator:
        quantity["comparator"] = comparator
    return measured("egfr", value, code=EGFR, valueQuantity=quantity, **members)


def category(word, **members):
    code = codeable(MEASURES, "mna-category")
    said = {"status": "final", "code": code, "effectiveDateTime": days_ago(10)}
    return of_patient("Observation", "mna", valueString=word, **said | members)


@pytest.mark.parametrize(
    ("times", "named"),
    [
        pytest.param({"effectiveDateTime": None}, "no date", id="undated"),
        pytest.param(
            {"effectiveDateTime": None, "issued": "2026-11-17T10:00:00Z"},
            "no date",
            id="only issued",
        ),
        pytest.param(
            {"effectiveDateTime": "2027-02-01"}, "dated after the order", id="future"
        ),
    ],
)
@pytest.mark.parametrize(
    ("make", "title"),
    [
        pytest.param(lambda **one: filtration(12, **one), "eGFR", id="eGFR"),
        pytest.param(lambda **one: measured("mna-score", 15, **one), "MNA", id="MNA"),
        pytest.param(lambda **one: category("C", **one), "MNA", id="MNA category"),
        pytest.param(
            lambda **one: frailty(8, **one), "Clinical Frailty Scale", id="frailty"
        ),
    ],
)
def test_a_value_that_is_not_of_a_known_day_reassures_nobody(make, title, times, named):
    detail = card_of(make(**times))["detail"]
    unknown = detail.partition("**Not known:**")[2]
    assert "below the usual" not in detail
    assert title in unknown
    assert named in unknown


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        pytest.param([filtration(15, "<")], "eGFR <15", id="below 15"),
        pytest.param([filtration(30, "<")], "eGFR <30", id="below the limit itself"),
        pytest.param([filtration(29, "<=")], "eGFR ≤29", id="at most 29"),
        pytest.param(
            [filtration(15, "<"), filtration(65, number="older", days=100)],
            "eGFR <15",
            id="after a normal one",
        ),
        pytest.param(
            [filtration(30, "<"), filtration(15, "<", number="other")],
            "eGFR <15",
            id="two limits of one day",
        ),
    ],
)
def test_a_filtration_below_a_low_limit_leads(entries, said):
    card = card_of(*entries)
    assert said in card["summary"]
    assert "nephrology" in card["summary"] + card["detail"]
    assert "only a limit" not in card["detail"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(filtration(30, "<="), id="may be 30"),
        pytest.param(filtration(60, "<"), id="below 60"),
        pytest.param(filtration(20, ">"), id="above 20"),
        pytest.param(filtration(15, "<", status="preliminary"), id="preliminary"),
        pytest.param(filtration(15, "<", effectiveDateTime=None), id="undated"),
        pytest.param(filtration(15, "<", days=-60), id="future"),
    ],
)
def test_a_filtration_whose_limit_leaves_room_is_named_and_reassures_nobody(entry):
    card = card_of(entry)
    assert "eGFR" not in card["summary"]
    assert "eGFR" in card["detail"].partition("**Not known:**")[2]
    assert "below the usual" not in card["detail"]


def test_a_number_of_the_same_day_tells_more_than_a_limit():
    card = card_of(filtration(30, "<"), filtration(22, number="same"))
    assert "eGFR 22" in card["summary"]


def test_a_low_limit_of_years_ago_or_before_a_good_number_leads_nothing():
    assert "eGFR" not in card_of(filtration(15, "<", days=1500))["summary"]
    good = filtration(65, number="good")
    older = filtration(15, "<", days=100)
    assert "below the usual" in card_of(older, good)["detail"]


def test_an_old_frailty_that_was_none_changes_nothing():
    detail = card_of(frailty(3, effectiveDateTime=days_ago(800)))["detail"]
    assert "below the usual" in detail


@pytest.mark.parametrize("points", [8, 10, 14])
def test_points_of_either_form_are_named_and_reassure_nobody(points):
    detail = card_of(measured("mna-score", points))["detail"]
    assert "below the usual" not in detail
    assert "MNA not used (14 points or less may be of the short form)" in detail


@pytest.mark.parametrize("points", [0, 5, 7])
def test_points_that_are_malnutrition_by_both_forms_lead(points):
    card = card_of(measured("mna-score", points))
    chosen = [one["label"] for one in card["suggestions"] if one.get("isRecommended")]
    assert "start one, add rehabilitation" in card["summary"]
    assert "Refer to dietitian" in chosen
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    ("name", "low", "good"),
    [
        pytest.param("grip-strength", 10, 35, id="grip"),
        pytest.param("gait-speed", 0.4, 1.3, id="gait"),
        pytest.param("appendicular-muscle-index", 3.5, 8, id="muscle"),
    ],
)
def test_a_weak_muscle_of_long_ago_is_named_and_a_strong_one_is_not(name, low, good):
    weak = card_of(measured(name, low, days=430))["detail"]
    assert "too old to use" in weak.partition("**Not known:**")[2]
    assert "below the usual" not in weak
    assert "below the usual" in card_of(measured(name, good, days=430))["detail"]


@pytest.mark.parametrize(
    "code",
    ["98980-6", "98979-8", "62238-1", "94677-2", "50210-4", "77147-7", "88294-4"],
)
def test_a_low_filtration_by_any_formula_leads(code):
    card = card_of(filtration(22) | {"code": codeable(LOINC, code)})
    assert card["summary"].startswith("eGFR 22")


LOINC_NAMES = [
    (
        "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, Plasma"
        " or Blood by Creatinine-based formula (MDRD)"
    ),
    (
        "Glomerular filtration rate/1.73 sq M.predicted among non-blacks [Volume Rate/Area]"
        " in Serum or Plasma by Creatinine-based formula (CKD-EPI)"
    ),
    "GFR/1.73 sq M.predicted SerPlBld CKD-EPI-ArVRat",
    (
        "Glomerular filtration rate [Volume Rate/Area] in Serum, Plasma or Blood by"
        " Creatinine and Cystatin C-based formula (CKD-EPI 2021)/1.73 sq M"
    ),
    "Estimated Glomerular Filtration Rate",
]


@pytest.mark.parametrize("name", LOINC_NAMES)
def test_a_low_filtration_under_its_own_name_leads(name):
    code = codeable(LOINC, "33914-3", name) | {"text": name}
    card = card_of(filtration(22) | {"code": code})
    assert card["summary"].startswith("eGFR 22")


@pytest.mark.parametrize("name", ["eGFR goal", "Predicted grip strength"])
def test_a_filtration_under_the_name_of_another_measure_is_named(name):
    code = codeable(LOINC, "33914-3", name)
    card = card_of(filtration(22) | {"code": code})
    assert not card["summary"].startswith("eGFR")
    assert "its name says another measure" in card["detail"]


@pytest.mark.parametrize(
    ("value", "said"), [(29.6, "29.6"), (29.97, "29.9"), (29.4, "29"), (22, "22")]
)
def test_a_filtration_under_the_limit_is_not_said_as_the_limit(value, said):
    assert card_of(filtration(value))["summary"].startswith(f"eGFR {said}")
