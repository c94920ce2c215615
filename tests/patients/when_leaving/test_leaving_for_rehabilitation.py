"""Who leaves for a hospital of rehabilitation needs no order of physiotherapy."""

import pytest

from tests.chart_builders import inpatient
from tests.codes import codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart

HL7 = "http://terminology.hl7.org/CodeSystem/discharge-disposition"
GERMAN = "http://fhir.de/CodeSystem/dkgev/EntlassungsgrundErsteUndZweiteStelle"
ASKED = "physiotherapy not ordered"


def summaries_of(end):
    """What is said of somebody without physiotherapy whose stay ends so."""
    review, visit, _ = everything_arranged()
    drug = statement("alendronate", "M05BA04", 1)
    record = [
        one
        for one in leaving_chart(review, visit, drug)
        if one["resourceType"] != "Encounter"
    ]
    stay = inpatient() | {"hospitalization": {"dischargeDisposition": end}}
    return [card["summary"] for card in leave((*record, stay))]


@pytest.mark.parametrize(
    "end",
    [
        *(codeable(HL7, "rehab"), codeable(HL7, "rehab", "Rehabilitation")),
        codeable(GERMAN, "09"),
        {"extension": [{"url": "x", "valueCoding": {"system": GERMAN, "code": "09"}}]},
        *({"text": "Inpatient rehab"}, {"text": "Rehabilitation facility"}),
        *({"text": "Rehaklinik"}, {"text": "AHB"}, {"text": "Centre de rééducation"}),
        *({"text": "Hospital de rehabilitación"}, {"text": "Centro di riabilitazione"}),
        *({"text": "Revalidatiecentrum"}, {"text": "Oddział rehabilitacji"}),
        *({"text": "回復期リハビリ病院"}, {"text": "康复医院"}, {"text": "재활병원"}),
    ],
)
def test_a_rehabilitation_in_hospital_settles_physiotherapy(end):
    assert summaries_of(end) == []


@pytest.mark.parametrize(
    "end",
    [
        *(codeable(HL7, "home"), codeable(HL7, "snf")),
        codeable(HL7, "rehab", "Rehab declined"),
        *({"text": "Home"}, {"text": "Home with outpatient rehab"}),
        *({"text": "Rehab planned"}, {"text": "Reha beantragt"}),
        *({"text": "Keine Reha"}, {"text": "Pflegeheim"}, {"text": "Drug rehab"}),
    ],
)
def test_any_other_end_does_not(end):
    (summary,) = summaries_of(end)
    assert ASKED in summary
