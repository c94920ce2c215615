"""Steroids and bone drugs as hospitals of many countries list them.

What a case expects was written, with its source, before it was run.
TODAY is 20 November 2026.
"""

from typing import Any

import pytest

from cds_service.core.drugs.drug_states import find_drug_state
from tests.chart_builders import TODAY
from tests.gathered_records import NO, OPEN, YES, each, read, said_of

BESIDE = {"text": "Amlodipine 5 mg"}

FORMS = [
    *each(
        "a drug for eye, ear, nose, skin, lung or joint is no systemic steroid",
        "RxNorm names of Synthea's modules; names of national packages, by general "
        "knowledge",
        dict.fromkeys(
            (
                "120 ACTUAT Fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler",
                "Prednisolone sodium phosphate 10 MG/ML Ophthalmic Solution",
                "Ciprofloxacin 3 MG/ML / Dexamethasone 1 MG/ML Otic Suspension",
                "Triamcinolone 40 mg/mL inj, intra-articular, right knee",
                "Budesonid Nasenspray 64 Mikrogramm",
                "Sterdex pommade ophtalmique",
                "丙酸倍氯米松鼻喷雾剂",
                "リンデロン-VG軟膏0.12%",
                "Hydrocortison 1% crème",
                "Prednizolon maść 0,5%",
                "Betametasona crema 0,05%",
            ),
            "not yes",
        ),
    ),
    *each(
        "a steroid by mouth, by its name or its brand, is one",
        "brands of national formularies, by general knowledge: USA, Germany, France, "
        "Spain, Italy, Poland, the Netherlands",
        dict.fromkeys(
            (
                "MEDROL 4 MG ORAL TABLET",
                "Decortin H 5 mg Tabletten",
                "Solupred 20 mg, comprimé orodispersible",
                "Dacortin 5 mg comprimidos",
                "Deltacortene 5 mg compresse",
                "Encorton 10 mg tabl.",
                "Prednisolon 5 mg tablet",
            ),
            YES,
        ),
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), FORMS)
def test_a_steroid_by_its_form_and_brand(text, expected, why):
    said = said_of("steroid-use", medications=[{"text": text}, BESIDE])
    assert said != YES if expected == "not yes" else said == expected, why


def supply(value: float, unit: str, code: str, repeats: int = 0) -> dict[str, Any]:
    """What was handed out."""
    return {
        "expectedSupplyDuration": {"value": value, "unit": unit, "code": code},
        "numberOfRepeatsAllowed": repeats,
    }


def sig(text: str) -> list[dict[str, Any]]:
    """A dosage in words."""
    return [{"text": text}]


COURSES = [
    pytest.param(
        # The burst of scclearns.org, twenty milligrams for five days.
        {
            "text": "Prednisone 20 mg tablet",
            "authoredOn": "2026-10-01",
            "dosageInstruction": sig("Take 2 tablets by mouth daily for 5 days"),
        },
        "not yes",
        id="courses-five days in the words of the dosage",
    ),
    pytest.param(
        # goldcopd.org by droracle.ai 711443: 40 mg for exactly 5 days
        {
            "text": "Prednisone 40 mg",
            "authoredOn": "2026-11-01",
            "status": "completed",
            "dispenseRequest": supply(5, "days", "d"),
        },
        "not yes",
        id="courses-completed with five days of supply",
    ),
    pytest.param(
        # wiki.krxiang.com, long prednisone taper: 16 days in all
        {
            "text": "Prednisone 10 mg tablet",
            "authoredOn": "2026-08-01",
            "dosageInstruction": sig(
                "40 mg x 4 days, 30 mg x 4 days, 20 mg x 4 days, 10 mg x 4 days"
            ),
        },
        "not yes",
        id="courses-a taper of sixteen days in August",
    ),
    pytest.param(
        # course-faq.com: days' supply of a pharmacy claim, here in months
        {
            "text": "Prednisone 5 mg tablet",
            "authoredOn": "2026-07-01",
            "dispenseRequest": supply(1, "month", "mo"),
        },
        "not yes",
        id="courses-a month of supply in July",
    ),
    pytest.param(
        {
            "text": "Prednisone 5 mg tablet",
            "authoredOn": "2026-09-20",
            "dispenseRequest": supply(12, "weeks", "wk"),
        },
        YES,
        id="courses-twelve weeks of supply from September",
    ),
    pytest.param(
        {
            "text": "Prednisone 20 mg tablet",
            "authoredOn": "2026-11-18",
            "dosageInstruction": sig("Take 1 tablet daily for 10 days"),
        },
        YES,
        id="courses-ten days from the day before yesterday",
    ),
    pytest.param(
        # medicine lists of MTSamples: "prednisone 10 mg daily" for a chronic disease
        {
            "text": "Prednisone 10 mg daily for polymyalgia",
            "authoredOn": "2026-02-10",
        },
        YES,
        id="courses-a daily dose without an end",
    ),
]


@pytest.mark.parametrize(("order", "expected"), COURSES)
def test_a_course_counts_until_its_end(order, expected):
    said = said_of("steroid-use", medications=[order, BESIDE])
    assert said != YES if expected == "not yes" else said == expected


STATEMENTS = [
    pytest.param(
        {
            "text": "Prednisolone 30 mg",
            "status": "completed",
            "effectivePeriod": {"start": "2026-03-01", "end": "2026-03-10"},
        },
        "steroid-use",
        "not yes",
        id="courses-statement ended in March",
    ),
    pytest.param(
        {
            "text": "Prednisolone 5 mg",
            "effectivePeriod": {"start": "2024-02-01"},
        },
        "long-term-steroid",
        YES,
        id="courses-statement since 2024",
    ),
    pytest.param(
        {
            "text": "Prednisolone 5 mg",
            "status": "not-taken",
            "effectivePeriod": {"start": "2026-09-01"},
        },
        "steroid-use",
        "not yes",
        id="courses-statement of a drug not taken",
    ),
]


@pytest.mark.parametrize(("statement", "name", "expected"), STATEMENTS)
def test_a_statement_counts_by_its_dates(statement, name, expected):
    said = said_of(name, statements=[statement, BESIDE])
    assert said != YES if expected == "not yes" else said == expected


PROLIA = {"text": "Prolia 60 mg/mL SC syringe"}
ACLASTA = {"text": "Zoledronic acid 5 mg/100 mL IV"}


def state_of(record: dict[str, Any]) -> str:
    """What the cards say of the bone drugs."""
    return find_drug_state(read(record), TODAY).signal


# `bone-drug` itself was expected open at first. It says that one is on the lists, and
# rule E8 says what is made of it: an order without a dose is a state of its own.
# Sources of these: package leaflets of Prolia, Aclasta and Evenity; an order is no dose
# (HL7 R4, MedicationRequest: "an order or request for ... the administration").
DOSES = [
    pytest.param(
        {"medications": [{**PROLIA, "authoredOn": "2026-08-01"}, BESIDE]},
        {"denosumab-overdue": OPEN, "state": "drug-without-dose"},
        id="doses-denosumab ordered, none given",
    ),
    pytest.param(
        {"medications": [{**ACLASTA, "authoredOn": "2026-01-15"}, BESIDE]},
        {"state": "drug-without-dose"},
        id="doses-zoledronate ordered, none given",
    ),
    pytest.param(
        {
            "medications": [
                {"text": "Alendronate 70 mg weekly", "authoredOn": "2021-04-01"},
                BESIDE,
            ]
        },
        {"state": "drug-without-dose"},
        id="doses-alendronate prescribed in 2021",
    ),
    pytest.param(
        {
            "administrations": [{**PROLIA, "effectiveDateTime": "2026-08-02"}],
            "medications": [BESIDE],
        },
        {"bone-drug": YES, "denosumab-overdue": NO},
        id="doses-denosumab given in August",
    ),
    pytest.param(
        {
            "administrations": [{**PROLIA, "effectiveDateTime": "2025-10-01"}],
            "medications": [{**PROLIA, "authoredOn": "2026-09-01"}, BESIDE],
        },
        {"denosumab-overdue": YES},
        id="doses-denosumab given a year ago, ordered since",
    ),
    pytest.param(
        {
            "administrations": [{**PROLIA, "effectiveDateTime": "2025-09-01"}],
            "medications": [
                {**PROLIA, "status": "completed", "authoredOn": "2026-09-01"},
                BESIDE,
            ],
        },
        {"denosumab-overdue": YES},
        id="doses-a completed order is no dose",
    ),
    pytest.param(
        {
            "administrations": [
                {
                    **PROLIA,
                    "status": "not-done",
                    "effectiveDateTime": "2026-08-02",
                }
            ],
            "medications": [BESIDE],
        },
        {"bone-drug": "not yes"},
        id="doses-an administration that was not done",
    ),
    pytest.param(
        {"drafts": [PROLIA], "medications": [BESIDE]},
        {"state": "drug-without-dose"},
        id="doses-a draft alone",
    ),
    pytest.param(
        {
            "administrations": [{**ACLASTA, "effectiveDateTime": "2026-02-01"}],
            "medications": [BESIDE],
        },
        {"bone-drug": YES},
        id="doses-zoledronate given in February",
    ),
    pytest.param(
        {
            "statements": [
                {
                    "text": "Alendronate 70 mg weekly",
                    "effectivePeriod": {"start": "2023-05-01"},
                },
                BESIDE,
            ]
        },
        {"bone-drug": YES},
        id="doses-a dated statement of alendronate",
    ),
]


@pytest.mark.parametrize(("record", "expected"), DOSES)
def test_a_prescription_is_no_dose(record, expected):
    for name, wanted in expected.items():
        said = state_of(record) if name == "state" else said_of(name, **record)
        assert said != YES if wanted == "not yes" else said == wanted, name
