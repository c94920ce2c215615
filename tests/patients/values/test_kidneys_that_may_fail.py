"""Next to kidneys that fail of late, or may, no bone drug goes on unchecked."""

import pytest

from tests.chart_builders import days_ago, of_patient, ordered, problem
from tests.codes import CPT, LOINC, UCUM, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    cards_by_topic,
    chart,
    coded,
    statement,
)
from tests.patients.leaving import leave, leaving_chart

UNIT = "mL/min/{1.73_m2}"
TWELVE = {"value": 12, "unit": UNIT, "system": UCUM, "code": UNIT}


def egfr(**members):
    said = {
        "status": "final",
        "code": codeable(LOINC, "98979-8"),
        "effectiveDateTime": days_ago(1),
        "valueQuantity": TWELVE,
    }
    return of_patient("Observation", "egfr", **said | members)


def dialysis_order(code):
    return of_patient(
        "ServiceRequest",
        "dialysis",
        status="active",
        intent="order",
        code=code,
        authoredOn=days_ago(1),
    )


MAY_FAIL = [
    pytest.param(egfr(status="preliminary"), id="preliminary"),
    pytest.param(egfr(valueQuantity=None, valueString="<15"), id="in words"),
    pytest.param(egfr(valueQuantity={"value": 12}), id="without a unit"),
    pytest.param(egfr(effectiveDateTime=None), id="without a day"),
    pytest.param(dialysis_order({"text": "Haemodialysis"}), id="dialysis ordered"),
    pytest.param(dialysis_order(codeable(CPT, "90935")), id="ordered by code"),
    pytest.param(coded("Z94.0", days=300), id="transplant"),
    pytest.param(coded("N19", days=1), id="failure of an unknown kind"),
]
FAILED = [
    pytest.param(coded("N17.9", days=1), id="acute failure"),
    pytest.param(coded("K76.7", days=3), id="hepatorenal"),
    pytest.param(
        problem("diabetes", days=2, code={"text": "Acute kidney injury"}),
        id="in words",
    ),
    pytest.param(
        problem("diabetes", days=2, code={"text": "Akutes Nierenversagen"}),
        id="in German",
    ),
]


def signing(*record):
    begun = statement("alendronate", ALENDRONATE, 60)
    cards = cards_by_topic(chart(coded("M80.08XA", days=80), begun, *record))
    return cards["rehabilitation"]


def leaving(*record):
    begun, training = (
        statement("alendronate", ALENDRONATE, 1),
        ordered("rehabilitation", days=1),
    )
    return leave(leaving_chart(training, begun, *record))


@pytest.mark.parametrize("kidneys", MAY_FAIL)
def test_what_may_mean_failing_kidneys_is_checked_first(kidneys):
    card = signing(kidneys)
    assert "kidney function unclear" in card["summary"].lower()
    assert "check the drug first" in card["summary"]
    assert "continue" not in card["summary"]
    (card,) = leaving(kidneys)
    assert "kidney function unclear" in card["summary"]


@pytest.mark.parametrize("kidneys", MAY_FAIL)
def test_what_is_open_chooses_no_button(kidneys):
    """With a usable filtration none is chosen; without one nobody knows more."""
    suggestions = (
        *signing(kidneys)["suggestions"],
        *leaving(kidneys)[0].get("suggestions", ()),
    )
    chosen = [one["label"] for one in suggestions if one.get("isRecommended")]
    assert not any("fracture liaison" in label for label in chosen)


@pytest.mark.parametrize("kidneys", FAILED)
def test_so_are_kidneys_that_failed_of_late(kidneys):
    card = signing(kidneys)
    assert "acute kidney failure" in card["summary"].lower()
    assert "check the drug first" in card["summary"]
    (card,) = leaving(kidneys)
    assert "acute kidney failure" in card["summary"]


def test_acute_failure_takes_away_a_figure_below_the_usual():
    record = chart(coded("M80.08XA"), coded("N17.9", days=2))
    detail = cards_by_topic(record)["rehabilitation"]["detail"]
    assert "**Kidneys:** acute kidney failure (18 Nov): check eGFR" in detail
    assert "at least the usual 1 in 6" in detail


def test_the_kidneys_are_said_once():
    assert "**Kidneys:**" not in signing(coded("N17.9", days=1))["detail"]


@pytest.mark.parametrize(
    "kidneys",
    [
        pytest.param((), id="nothing"),
        pytest.param((coded("N17.9", days=400),), id="a year ago"),
        pytest.param(
            (coded("N17.9", days=9), egfr(valueQuantity={**TWELVE, "value": 70})),
            id="recovered since",
        ),
        pytest.param(
            (coded("Z94.0", days=300), egfr(valueQuantity={**TWELVE, "value": 70})),
            id="a transplant that works",
        ),
    ],
)
def test_other_kidneys_let_it_go_on(kidneys):
    assert "continue" in signing(*kidneys)["summary"]
    assert leaving(*kidneys) == []
