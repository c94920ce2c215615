"""A bone drug that failing kidneys may forbid is checked before the patient leaves."""

import pytest

from tests.chart_builders import (
    days_ago,
    dose,
    drug,
    measured,
    of_patient,
    ordered,
    problem,
)
from tests.codes import ATC, ICD, UCUM, codeable
from tests.patients.leaving import leave, leaving_chart
from tests.patients.reassuring import dated

FILTERED = {"value": 20, "unit": "mL/min/{1.73_m2}", "system": UCUM}
FILTERED["code"] = FILTERED["unit"]
EGFR = measured(
    "egfr",
    20.0,
    days=3,
    code=codeable("http://loinc.org", "62238-1"),
    valueQuantity=FILTERED,
)
KIDNEYS = [
    pytest.param(EGFR, id="eGFR"),
    pytest.param(problem("Z99.2", days=60), id="dialysis"),
]


def taken(code, days):
    said = {"status": "active", "effectivePeriod": {"start": days_ago(days)}}
    said |= {"dateAsserted": days_ago(1)}
    said["medicationCodeableConcept"] = codeable(ATC, code)
    return of_patient("MedicationStatement", "taken", **said)


STARTED = [
    pytest.param(taken("M05BA04", 5), id="alendronate started"),
    pytest.param(taken("M05BA07", 140), id="risedronate for four months"),
    pytest.param(drug("alendronate", days=1), id="alendronate prescribed"),
    pytest.param(dose("zoledronate", days=1), id="zoledronate given"),
]


@pytest.mark.parametrize("kidneys", KIDNEYS)
@pytest.mark.parametrize("started", STARTED)
def test_a_drug_that_was_started_settles_nothing(started, kidneys):
    training = ordered("rehabilitation", days=1)
    (card,) = leave(leaving_chart(training, started, kidneys))
    assert "nephrolog" in (card["summary"] + card["detail"]).lower()


def test_the_summary_names_both():
    training, kidneys = ordered("rehabilitation", days=1), KIDNEYS[1].values[0]
    (card,) = leave(leaving_chart(training, taken("M05BA04", 5), kidneys))
    said = "dialysis, alendronate started 15 Nov: check the drug with nephrology."
    assert card["summary"].endswith(said)


def test_without_kidney_failure_nothing_is_open():
    training = ordered("rehabilitation", days=1)
    assert leave(leaving_chart(training, taken("M05BA04", 5))) == []


@pytest.mark.parametrize(
    ("code", "days", "named"),
    [
        ("M87.180", 100, "jaw necrosis (12 Aug)"),
        ("E83.51", 5, "hypocalcaemia (15 Nov)"),
        ("M84.751A", 30, "atypical femoral fracture (21 Oct)"),
        ("N17.9", 3, "acute kidney failure (17 Nov)"),
    ],
)
def test_what_forbids_a_drug_is_named_beside_its_order_for_home(code, days, named):
    training = ordered("rehabilitation", days=1)
    harm = dated(codeable(ICD, code), days=days, number="harm")
    (card,) = leave(leaving_chart(training, drug("alendronate", days=1), harm))
    said = f"{named}, alendronate prescribed. Check the drug first?"
    assert card["summary"].endswith(said)
