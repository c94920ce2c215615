"""Steroids by their form, their end and their supply, read as a careful person reads them.

What a case expects was written before it was run.
"""

from typing import Any

import pytest

from tests.gathered_records import YES, each, said_of

FORMS = [
    *each(
        "a drug for eye, nose, skin, lung or joint is no systemic steroid",
        "names of US, German, French and Spanish formularies with their trailing form codes",
        dict.fromkeys(
            (
                "PREDNISOLONE ACETATE 1% OPH",
                "DEXAMETHASONE 0.1% OPHT SUSP",
                "TRIAMCINOLONE 0.1% TOP",
                "FLUTICASONE 50MCG NASL",
                "BUDESONIDE 0.5MG/2ML NEB",
                "HYDROCORTISONE 25MG RTL SUPP",
                "BETAMETHASONE 0.05% EXT",
                "DEXAMETHASONE OTIC",
                "BECLOMETHASONE 80 MCG INH",
                "Prednisolon AT",
                "Dexa AS",
                "Hydrocortison Salbe",
                "Prednisolone collyre",
                "Budesonida aerosol",
                "MOMETASONE NAS SPR",
                "HYDROCORTISONE 1 % TOP CREA",
                "HYDROCORTISONE 2.5 % EX CREA",
                "TRIAMCINOLONE ACETONIDE 0.1 % EX OINT",
                "PREDNISOLONE ACETATE 1 % OP SUSP",
                "HYDROCORTISONE ACETATE 25 MG RE SUPP",
            ),
            "not yes",
        ),
    ),
    *each(
        "tablets are systemic, whatever letters follow",
        "formularies",
        {
            "PREDNISONE 5MG TAB": YES,
            "PREDNISOLONE 10 MG PO": YES,
            "METHYLPREDNISOLONE 4MG ORAL TABLET": YES,
            "Prednisolon 5 mg Tbl.": YES,
            "Prednisolon 5 mg Tbl. OP": YES,
        },
    ),
]


@pytest.mark.parametrize(("text", "expected", "why"), FORMS)
def test_the_form_of_a_steroid(text, expected, why):
    said = said_of(
        "steroid-use", medications=[{"text": text}, {"text": "Amlodipine 5 mg"}]
    )
    assert said != YES if expected == "not yes" else said == expected, why


def supplied(days: float, *, repeats: int = 0) -> dict[str, Any]:
    """What was handed out."""
    return {
        "expectedSupplyDuration": {"value": days, "unit": "days", "code": "d"},
        "numberOfRepeatsAllowed": repeats,
    }


def taken(start: str, end: str) -> dict[str, Any]:
    """A dosage with its own dates."""
    return {"timing": {"repeat": {"boundsPeriod": {"start": start, "end": end}}}}


PREDNISONE = {"text": "Prednisone 20 mg tablet"}
# TODAY is 20 November 2026.
COURSES = [
    pytest.param(
        {"authoredOn": "2026-10-01", "dispenseRequest": supplied(7)},
        "not yes",
        id="seven days in October",
    ),
    pytest.param(
        {
            "authoredOn": "2026-10-01",
            "status": "completed",
            "dispenseRequest": supplied(7),
        },
        "not yes",
        id="completed, seven days in October",
    ),
    pytest.param(
        {
            "authoredOn": "2026-09-01",
            "status": "completed",
            "dosageInstruction": [taken("2026-09-01", "2026-09-08")],
        },
        "not yes",
        id="completed, a week in September by its dosage",
    ),
    pytest.param(
        {"authoredOn": "2026-11-15", "dispenseRequest": supplied(10)},
        YES,
        id="ten days, five of them to come",
    ),
    pytest.param(
        {"authoredOn": "2026-08-01", "dispenseRequest": supplied(30, repeats=5)},
        YES,
        id="refills to January",
    ),
    pytest.param({"authoredOn": "2026-08-01"}, YES, id="active without an end"),
    pytest.param(
        {"authoredOn": "2026-10-10", "status": "completed"},
        YES,
        id="completed in October, no end and no supply",
    ),
    pytest.param(
        {
            "authoredOn": "2026-06-01",
            "status": "completed",
            "dispenseRequest": supplied(90, repeats=1),
        },
        YES,
        id="completed, the supply lasts to the end of November",
    ),
    pytest.param(
        {
            "authoredOn": "2026-11-01",
            "dosageInstruction": [taken("2026-11-01", "2026-11-06")],
        },
        "not yes",
        id="active on the list, ended by its dosage",
    ),
    pytest.param(
        {
            "authoredOn": "2026-10-25",
            "dosageInstruction": [taken("2026-10-25", "2026-12-31")],
        },
        YES,
        id="to the end of the year",
    ),
]


@pytest.mark.parametrize(("members", "expected"), COURSES)
def test_an_ended_course_counts_until_its_end(members, expected):
    said = said_of(
        "steroid-use",
        medications=[{**PREDNISONE, **members}, {"text": "Amlodipine 5 mg"}],
    )
    assert said != YES if expected == "not yes" else said == expected


def test_five_days_of_half_a_year_ago_are_no_long_course():
    five_days = {"timing": {"repeat": {"boundsDuration": {"value": 5, "code": "d"}}}}
    members = {"authoredOn": "2026-05-04", "dosageInstruction": [five_days]}
    medications = [{**PREDNISONE, **members}, {"text": "Amlodipine 5 mg"}]
    assert said_of("long-term-steroid", medications=medications) != YES
    assert said_of("steroid-use", medications=medications) != YES


def test_a_long_name_is_read_once():
    name = "Prednisone OPH " + "1." * 3000 + "(tablet)"
    assert (
        said_of(
            "steroid-use", medications=[{"text": name}, {"text": "Amlodipine 5 mg"}]
        )
        == YES
    )
