"""A low clearance counts as failing kidneys; a high creatinine leaves them open."""

import pytest

from tests.chart_builders import (
    HOOK,
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    open_service,
    order_sign,
)
from tests.codes import ATC, LOINC, codeable
from tests.patients.reassuring import reassuring_record


def card_with(code, value, unit, *, days=3, record=()):
    """Return the card if the list of kidney values has this one too."""
    quantity = {"value": value, "unit": unit}
    said = {"status": "final", "code": codeable(LOINC, code)}
    said |= {"effectiveDateTime": days_ago(days), "valueQuantity": quantity}
    body = order_sign(reassuring_record(*record), kyphoplasty())
    listed = body["prefetch"]["kidney"]
    listed["entry"] = [
        one
        for one in listed.get("entry", ())
        if one["resource"]["id"] != "kidney-value"
    ]
    entry = of_patient("Observation", "kidney-value", **said)
    listed["entry"].append({"resource": entry})
    listed["total"] = len(listed["entry"])
    return by_topic(ask(body))["rehabilitation"]


def detail_with(*value, **more):
    return card_with(*value, **more)["detail"]


LOW = [
    ("2160-0", 6, "mg/dL"),
    ("14682-9", 530, "µmol/L"),
    ("14682-9", 530, "umol/L"),
]


@pytest.mark.parametrize(("code", "value", "unit"), LOW)
def test_a_value_that_is_far_out_of_range_is_named(code, value, unit):
    detail = detail_with(code, value, unit)
    assert "creatinine" in detail.partition("**Not known:**")[2]
    assert "below" not in detail


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        *(
            ("2164-2", 70, "mL/min"),
            ("2160-0", 0.9, "mg/dL"),
            ("14682-9", 80, "umol/L"),
        ),
        ("2160-0", 95, "umol/L"),
    ],
)
def test_an_ordinary_value_changes_nothing(code, value, unit):
    assert "below the usual" in detail_with(code, value, unit)


def test_a_newer_filtration_tells_more():
    unit = {"value": 75, "unit": "mL/min/{1.73_m2}"}
    code = codeable(LOINC, "98979-8")
    egfr = measured("egfr", 75, days=2, code=code, valueQuantity=unit)
    assert "below the usual" in detail_with("2160-0", 6, "mg/dL", record=[egfr])


def test_years_ago_it_says_nothing_of_now():
    assert "below the usual" in detail_with("2160-0", 6, "mg/dL", days=900)


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        ("2164-2", 14, "mL/min"),
        ("2163-4", 12, "mL/min"),
        ("35591-7", 22, "mL/min"),
        ("35591-7", 0.3, "mL/s"),
    ],
)
def test_beside_a_low_clearance_no_drug_goes_on(code, value, unit):
    alendronate = of_patient(
        "MedicationStatement",
        "alendronate",
        status="active",
        medicationCodeableConcept=codeable(ATC, "M05BA04", "Alendronic acid 70 mg"),
        effectivePeriod={"start": days_ago(5)},
    )
    card = card_with(code, value, unit, record=[alendronate])
    assert "creatinine clearance" in card["summary"]
    assert "nephrology" in card["summary"]
    assert "continue" not in card["summary"] + card["detail"]
    assert "below the usual" not in card["detail"]


def test_a_newer_filtration_that_is_not_low_tells_more_than_a_clearance():
    unit = {"value": 75, "unit": "mL/min/{1.73_m2}"}
    code = codeable(LOINC, "98979-8")
    egfr = measured("egfr", 75, days=2, code=code, valueQuantity=unit)
    low = ("2164-2", 14, "mL/min")
    assert "clearance" not in card_with(*low, record=[egfr])["summary"]
    assert "clearance" in card_with(*low, days=2, record=[egfr])["summary"]


@pytest.mark.parametrize("code", ["50384-7", "102097-3", "76633-7"])
def test_other_codes_of_the_filtration_are_read(code):
    assert "eGFR 12" in card_with(code, 12, "mL/min/{1.73_m2}")["summary"]


@pytest.mark.parametrize("code", ["2160-0", "14682-9"])
def test_a_hospital_without_filtrations_is_asked_for_creatinine(code):
    """Nothing else asks for it: a record that is pulled would lack it."""
    queries = open_service().hooks[HOOK].discovery["prefetch"]
    assert f"http://loinc.org|{code}" in queries["kidney"]
