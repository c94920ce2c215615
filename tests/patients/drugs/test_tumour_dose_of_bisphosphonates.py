"""Zoledronate of 4 mg and pamidronate of 90 mg are given against a tumour in bone."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ATC, HCPCS, codeable
from tests.patients.inpatients import cards_by_topic, chart
from tests.patients.leaving import leave, leaving_chart

ZOLEDRONATE = codeable(ATC, "M05BA08", "Zoledronate")
PAMIDRONATE = codeable(ATC, "M05BA03", "Pamidronate")


def administered(drug=ZOLEDRONATE, **dosage):
    said = {"medicationCodeableConcept": drug, "effectiveDateTime": days_ago(20)}
    said |= {"dosage": dosage} if dosage else {}
    return of_patient("MedicationAdministration", "a", status="completed", **said)


def stated(period, unit, drug=ZOLEDRONATE):
    repeat = {"frequency": 1, "period": period, "periodUnit": unit}
    said = {"medicationCodeableConcept": drug, "effectiveDateTime": days_ago(20)}
    said |= {"dosage": [{"timing": {"repeat": repeat}}]}
    return of_patient("MedicationStatement", "s", status="active", **said)


def billed(units, code="J3489"):
    said = {"status": "completed", "intent": "order"}
    said |= {"code": codeable(HCPCS, code), "occurrenceDateTime": days_ago(20)}
    said |= {"quantityQuantity": {"value": units}}
    return of_patient("ServiceRequest", "b", **said)


def amount(value, unit="mg"):
    return {"value": value, "unit": unit}


def named(*names):
    return [pytest.param(administered({"text": name}), id=name) for name in names]


TUMOUR_DOSES = [
    *named(
        *("Zometa", "Zometa 4 mg/5 ml", "zoledronic acid 4 mg IV", "ゾメタ点滴静注4mg"),
        *("zoledronic acid 0.8 MG/ML", "Zoledronsäure 4 mg alle 4 Wochen"),
        *("zoledronic acid q3w", "zoledronic acid 3.5 mg", "唑来膦酸 4mg"),
        *("Pamidronate 90 mg", "Aredia 90 mg", "pamidronate every 3 weeks"),
    ),
    pytest.param(administered(dose=amount(4)), id="amount"),
    pytest.param(administered(dose=amount(3.3)), id="lower for the kidney"),
    pytest.param(administered(PAMIDRONATE, dose=amount(90)), id="pamidronate"),
    pytest.param(administered(text="4 mg i.v."), id="dosage"),
    pytest.param(stated(4, "wk"), id="four weeks"),
    pytest.param(stated(21, "d"), id="21 days"),
    pytest.param(stated(3, "mo"), id="three months"),
    pytest.param(stated(4, "wk", PAMIDRONATE), id="pamidronate, four weeks"),
    pytest.param(billed(4), id="units billed"),
    pytest.param(billed(3, "J2430"), id="pamidronate billed"),
]
USUAL_DOSES = [
    *named(
        *("Aclasta", "Aclasta 5 mg/100 ml", "Reclast 5 mg", "zoledronic acid 5 mg"),
        *("Zoledronsäure 5 mg einmal jährlich", "zoledronic acid 5 mg yearly"),
        *("zoledronic acid 0.05 MG/ML", "pamidronate 30 mg", "Pamidronate 60 mg"),
    ),
    pytest.param(administered(dose=amount(5)), id="amount"),
    pytest.param(administered(dose=amount(100, "mL")), id="volume"),
    pytest.param(administered(PAMIDRONATE, dose=amount(30)), id="pamidronate"),
    pytest.param(stated(1, "a"), id="a year"),
    pytest.param(stated(18, "mo"), id="18 months"),
    pytest.param(billed(5), id="units billed"),
    pytest.param(billed(1, "J2430"), id="pamidronate billed"),
    pytest.param(administered(), id="nothing told"),
]


def card_of(entry):
    return cards_by_topic(chart(entry))["rehabilitation"]


@pytest.mark.parametrize("entry", TUMOUR_DOSES)
def test_a_tumour_dose_leaves_a_malignancy_open(entry):
    card = card_of(entry)
    assert card["summary"].startswith("Tumour-dose ")
    assert "bone metastases?" in card["summary"]
    assert "malignancy of bone not excluded" in card["detail"]
    assert "below" not in card["detail"]
    assert "next dose on time" not in card["detail"]


@pytest.mark.parametrize("entry", USUAL_DOSES)
def test_the_dose_against_osteoporosis_stays_one(entry):
    card = card_of(entry)
    assert "umour-dose" not in card["summary"] + card["detail"]
    assert "malignancy" not in card["detail"]


def test_two_doses_in_one_entry_are_asked_about():
    card = card_of(administered({"text": "Aclasta 5 mg"}, dose=amount(4)))
    assert "recorded, not understood: ask" in card["summary"]


def test_a_tumour_dose_is_not_booked_at_discharge():
    (card,) = leave(leaving_chart(administered({"text": "Zometa 4 mg"})))
    assert "tumour-dose zoledronate last dose" in card["summary"]
    assert "Give it" not in card["summary"]


def billed_doses(*days):
    return [
        of_patient(
            "Procedure",
            f"z{day}",
            status="completed",
            code=codeable(HCPCS, "J3489"),
            performedDateTime=days_ago(day),
        )
        for day in days
    ]


def test_zoledronate_billed_each_month_is_no_yearly_dose():
    record = chart(*billed_doses(20, 48, 76, 104))
    card = cards_by_topic(record)["rehabilitation"]
    assert card["summary"].startswith("Zoledronate recorded, not understood: ask")
    assert "next dose on time" not in card["detail"]


def test_zoledronate_billed_each_year_is_one():
    card = cards_by_topic(chart(*billed_doses(20, 385)))["rehabilitation"]
    assert "not understood" not in card["summary"]
