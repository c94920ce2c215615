"""A culture that a hospital keeps with the laboratory's reports is read as a culture."""

from typing import Any

import pytest

from cds_service.fhir.entries.grave.cultures import is_culture
from tests.builders import terminology
from tests.chart_builders import Asked
from tests.codes import LOINC, codeable
from tests.patients.cultures import AUREUS, V2_0074, culture, grown, with_inside
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    discharge,
    everything_arranged,
    kyphoplasty_done,
)

LAB = codeable(V2_0074, "LAB")
FHIR_LAB = codeable(
    "http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"
)


def summaries(report: Any) -> list[str]:
    """What the discharge says if an EHR's own prefetch brings this report along."""
    record = chart(
        coded("M80.08XA", days=20),
        kyphoplasty_done(),
        *everything_arranged(),
        statement("alendronate", "M05BA04", 1),
    )
    body = discharge(record)
    bundle = body["prefetch"]["diagnosticReports"]
    entries = [*(bundle or {}).get("entry", []), {"resource": report}]
    body["prefetch"]["diagnosticReports"] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": entries,
    }
    reply = Asked().client.post("/cds-services/kyphoplasty-discharge", json=body)
    return [card["summary"] for card in reply.get_json()["cards"]]


@pytest.mark.parametrize(
    ("title", "conclusion"),
    [
        ("Blood culture", "Staphylococcus aureus"),
        ("Blutkultur", "Staph. aureus in 2 von 2 Flaschen"),
        ("Hémoculture", "Staphylocoque doré"),
        ("Hemocultivo", "Staphylococcus aureus"),
        ("Emocoltura", "Escherichia coli"),
        ("Bloedkweek", "Staphylococcus aureus"),
        ("Posiew krwi", "Staphylococcus aureus"),
        ("血液培養", "黄色ブドウ球菌 陽性"),
        ("血培养", "金黄色葡萄球菌"),
        ("혈액배양", "Staphylococcus aureus"),
        ("Disc biopsy culture", "Staphylococcus aureus"),
        ("Blood culture", "MRSA not detected. Staphylococcus aureus (MSSA)."),
        ("Blood culture", "MSSA, not MRSA"),
    ],
)
@pytest.mark.parametrize("category", [LAB, FHIR_LAB])
def test_what_grew_is_asked_about(title: str, conclusion: str, category: Any) -> None:
    report = culture(title, conclusion, days=1, category=[category])
    assert len(summaries(report)) == 1


def test_a_code_without_words_names_a_culture_too() -> None:
    report = culture(codeable(LOINC, "600-7"), days=1, category=[LAB])
    assert len(summaries(with_inside(report, grown(AUREUS)))) == 1


@pytest.mark.parametrize(
    "report",
    [
        culture("Blood culture", "No growth after 5 days", days=1, category=[LAB]),
        culture("Blutkultur", "Kein Wachstum nach 5 Tagen", days=1, category=[LAB]),
        culture("Urine culture", "Escherichia coli", days=1, category=[LAB]),
        culture("Blood culture", "MRSA not detected", days=1, category=[LAB]),
        culture("Blutkultur", "MRSA nicht nachgewiesen", days=1),
        culture("Blood culture", "No growth. MRSA not detected.", days=1),
        culture("Urinkultur", "E. coli 10^5", days=1, category=[LAB]),
        culture("Basic metabolic panel", None, days=1, category=[LAB]),
        culture("CRP", None, days=1, category=[LAB]),
        culture("Kleines Blutbild", None, days=1, category=[LAB]),
        culture("血常规", None, days=1, category=[LAB]),
        culture("Hemoglobin A1c", "6.1 %", days=1, category=[FHIR_LAB]),
    ],
)
def test_any_other_report_of_the_laboratory_asks_nothing(report: Any) -> None:
    assert summaries(report) == []


def test_a_report_of_another_department_is_no_culture_by_its_title() -> None:
    report = culture("Culture and sensitivity", category=[codeable(V2_0074, "RAD")])
    assert not is_culture(report, terminology())
