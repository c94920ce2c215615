"""Denosumab of 120 mg against a tumour in bone is not the six-monthly one."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ATC, HCPCS, codeable
from tests.patients.inpatients import cards_by_topic, chart, given
from tests.patients.leaving import leave, leaving_chart

DENOSUMAB = codeable(ATC, "M05BX04", "Denosumab")
XGEVA = {"text": "Xgeva"}


def administered(drug=DENOSUMAB, *, days=60, number="a", **dosage):
    said = {"medicationCodeableConcept": drug, "effectiveDateTime": days_ago(days)}
    said |= {"dosage": dosage} if dosage else {}
    return of_patient("MedicationAdministration", number, status="completed", **said)


def amount(value, unit):
    return {"value": value, "unit": unit}


def every(period, unit):
    return [
        {"timing": {"repeat": {"frequency": 1, "period": period, "periodUnit": unit}}}
    ]


def stated(drug=DENOSUMAB, *, days=60, **members):
    said = {"medicationCodeableConcept": drug, "effectiveDateTime": days_ago(days)}
    said["status"] = "active"
    return of_patient("MedicationStatement", "s", **said | members)


def handed_over(**members):
    said = {"status": "completed", "medicationCodeableConcept": DENOSUMAB}
    said["whenHandedOver"] = days_ago(60)
    return of_patient("MedicationDispense", "d", **said | members)


def billed(**members):
    said = {"status": "completed", "intent": "order"}
    said |= {"code": codeable(HCPCS, "J0897"), "occurrenceDateTime": days_ago(60)}
    return of_patient("ServiceRequest", "b", **said | members)


def ordered(drug=DENOSUMAB, **members):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(60)}
    said["medicationCodeableConcept"] = drug
    return of_patient("MedicationRequest", "o", **said | members)


def of_medication(strength):
    told = {"itemCodeableConcept": DENOSUMAB, "strength": strength}
    held = {
        "resourceType": "Medication",
        "id": "m",
        "code": DENOSUMAB,
        "ingredient": [told],
    }
    return of_patient(
        "MedicationAdministration",
        "a",
        status="completed",
        contained=[held],
        medicationReference={"reference": "#m"},
        effectiveDateTime=days_ago(60),
    )


def ratio(value, volume):
    return {
        "numerator": {"value": value, "unit": "mg", "code": "mg"},
        "denominator": {"value": volume, "unit": "mL", "code": "mL"},
    }


TUMOUR_DOSES = [
    *(
        pytest.param(administered({"text": name}), id=name)
        for name in (
            *(
                "Xgeva",
                "denosumab 120 mg",
                "Wyost 120 mg",
                "Osenvelt",
                "ランマーク皮下注120mg",
            ),
            *("1.7 ML denosumab 70 MG/ML Injection [Xgeva]", "安加维 120mg"),
            *("Denosumab 120 mg alle 4 Wochen", "dénosumab 120 mg", "denosumab q4w"),
        )
    ),
    pytest.param(administered(dose=amount(120, "mg")), id="amount"),
    pytest.param(administered(dose=amount(1.7, "mL")), id="volume"),
    pytest.param(administered(text="120 mg s.c."), id="dosage"),
    pytest.param(
        stated(dosage=[{"doseAndRate": [{"doseQuantity": amount(120, "mg")}]}]),
        id="statement",
    ),
    pytest.param(stated(dosage=every(4, "wk")), id="four weeks"),
    pytest.param(stated(dosage=every(28, "d")), id="28 days"),
    pytest.param(stated(dosage=every(1, "mo")), id="a month"),
    pytest.param(stated(dosage=[{"text": "every 4 weeks"}]), id="weeks in words"),
    pytest.param(handed_over(quantity=amount(1.7, "mL")), id="handed over"),
    pytest.param(handed_over(note=[{"text": "120 mg monthly"}]), id="note"),
    pytest.param(billed(quantityQuantity={"value": 120}), id="units billed"),
    pytest.param(of_medication(ratio(120, 1.7)), id="vial"),
    pytest.param(of_medication(ratio(70, 1)), id="strength"),
    pytest.param(ordered(XGEVA), id="ordered"),
    pytest.param(
        ordered(dosageInstruction=[{"text": "120 mg every 28 days"}]), id="o2"
    ),
]
USUAL_DOSES = [
    *(
        pytest.param(administered({"text": name}), id=name)
        for name in (
            *("Prolia 60 mg", "denosumab 60 MG/ML Prefilled Syringe [Prolia]"),
            *("Prolia every 6 months", "Denosumab 60 mg alle 6 Monate", "Jubbonti"),
            *("denosumab 60 mg 6-monthly", "Prolia six-monthly"),
            *("Denosumab halbjährlich", "denosumab 60 mg cada 6 meses"),
        )
    ),
    pytest.param(administered(dose=amount(60, "mg")), id="amount"),
    pytest.param(administered(dose=amount(1, "mL")), id="volume"),
    pytest.param(stated(status="completed", dosage=every(6, "mo")), id="six months"),
    pytest.param(stated(status="completed", dosage=every(26, "wk")), id="26 weeks"),
    pytest.param(billed(quantityQuantity={"value": 60}), id="units billed"),
    pytest.param(of_medication(ratio(60, 1)), id="strength"),
    pytest.param(billed(), id="nothing told"),
]


def card_of(*entries):
    return cards_by_topic(chart(*entries))["rehabilitation"]


@pytest.mark.parametrize("entry", TUMOUR_DOSES)
def test_a_tumour_dose_is_no_dose_of_six_months(entry):
    card = card_of(entry)
    assert card["summary"].startswith("Tumour-dose denosumab")
    assert "bone metastases?" in card["summary"]
    assert "next due" not in card["summary"] + card["detail"]


@pytest.mark.parametrize("entry", TUMOUR_DOSES)
def test_a_tumour_dose_leaves_a_malignancy_open(entry):
    card = card_of(entry)
    assert "malignancy of bone not excluded" in card["detail"]
    assert "below" not in card["detail"]


@pytest.mark.parametrize("entry", USUAL_DOSES)
def test_the_dose_against_osteoporosis_stays_one(entry):
    card = card_of(entry)
    assert card["summary"].startswith("Denosumab (last ")
    assert "next due" in card["summary"]
    assert "drug against cancer" not in card["detail"]


def test_a_stopped_tumour_dose_rebounds_too():
    card = card_of(administered(XGEVA, days=250))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Tumour-dose denosumab overdue (last ")


def test_a_tumour_dose_since_is_a_dose_of_denosumab_since():
    lapsed = given("denosumab", "M05BX04", 260)
    card = card_of(lapsed, administered(XGEVA))
    assert "overdue" not in card["summary"]
    card = card_of(lapsed, administered(XGEVA, days=230))
    assert card["indicator"] == "warning"
    assert "overdue" in card["summary"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(administered({"text": "Prolia 120 mg"}), id="brand"),
        pytest.param(
            administered({"text": "Prolia 60 mg every 4 weeks"}), id="interval"
        ),
        pytest.param(
            administered({"text": "denosumab 60 mg"}, dose=amount(120, "mg")),
            id="amount",
        ),
    ],
)
def test_two_doses_in_one_entry_are_asked_about(entry):
    assert "recorded, not understood: ask" in card_of(entry)["summary"]


def test_a_tumour_dose_is_not_booked_at_discharge():
    (card,) = leave(leaving_chart(administered(XGEVA)))
    assert "tumour-dose denosumab last dose" in card["summary"]
    assert "Give it" not in card["summary"]


def test_doses_weeks_apart_are_not_those_of_six_months():
    """Given so against bone metastases alone; no entry says its amount."""
    doses = [administered(days=days, number=f"d{days}") for days in (20, 48, 76, 104)]
    card = card_of(*doses)
    assert "recorded, not understood: ask" in card["summary"]
    assert "next due" not in card["summary"] + card["detail"]
    assert (
        "malignancy of bone not excluded (a bone drug was given weeks"
        in (card["detail"])
    )
