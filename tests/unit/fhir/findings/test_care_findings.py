"""Findings that call for care and never reassure: cancer, dementia, falls, kidneys, causes, death.

What is none of them, or leaves them open, is in `test_problem_list.py`.
"""

from datetime import date

import pytest

from tests.builders import (
    coded,
    condition,
    findings_of,
    patient,
    procedure,
    words,
)
from tests.codes import CPT, SCT

BY_WORDS = "Recognised by words, not by a code."


@pytest.mark.parametrize(
    ("name", "entry", "label"),
    [
        ("active-cancer", condition("C34.11"), "lung cancer"),
        ("active-cancer", condition("254637007", system=SCT), "lung cancer"),
        ("active-cancer", condition("C50.911"), "breast cancer"),
        ("active-cancer", condition("C61"), "prostate cancer"),
        ("active-cancer", condition("C64.1"), ""),
        ("active-cancer", condition("363406005", system=SCT), ""),
        ("active-cancer", words("Adenocarcinoma of lung, stage IV"), "lung cancer"),
        ("malignancy", condition("C90.00"), "myeloma"),
        ("malignancy", condition("109989006", system=SCT), "myeloma"),
        ("malignancy", condition("C79.51"), "bone metastasis"),
        ("malignancy", condition("C79.52"), ""),
        ("malignancy", condition("C41.2"), ""),
        ("malignancy", condition("C90.30"), ""),
        ("spinal-infection", condition("M46.46"), "discitis"),
        ("spinal-infection", condition("M46.26"), "osteomyelitis of the spine"),
        ("spinal-infection", condition("A18.01"), "tuberculosis of the spine"),
        ("spinal-infection", condition("G06.1"), ""),
        ("dementia", condition("F03.90"), ""),
        ("dementia", condition("G30.9"), ""),
        ("dementia", condition("26929004", system=SCT), ""),
        ("dementia", words("Vascular dementia"), ""),
        ("repeated-falls", condition("R29.6"), "repeated falls"),
        ("repeated-falls", condition("279992002", system=SCT), "repeated falls"),
        ("repeated-falls", words("Frequent falls at home"), "repeated falls"),
        ("severe-kidney-disease", condition("N18.4"), ""),
        ("severe-kidney-disease", condition("N18.6"), ""),
        ("severe-kidney-disease", condition("433146000", system=SCT), ""),
        ("severe-kidney-disease", condition("Z99.2"), "dialysis"),
        ("severe-kidney-disease", words("ESRD"), ""),
        ("severe-kidney-disease", words("Hemodialysis three times a week"), "dialysis"),
        (
            "severe-kidney-disease",
            procedure(coded("302497006", system=SCT), on="2026-11-16"),
            "dialysis",
        ),
        (
            "severe-kidney-disease",
            procedure(coded("90935", system=CPT), on="2026-11-16"),
            "dialysis",
        ),
        (
            "high-energy-cause",
            condition("W11.XXXA", onsetDateTime="2026-11-18"),
            "ladder fall",
        ),
        (
            "high-energy-cause",
            condition("V43.52XA", onsetDateTime="2026-11-18"),
            "car crash",
        ),
        (
            "high-energy-cause",
            condition("429482004", system=SCT, recordedDate="2026-11-18"),
            "fall from a height",
        ),
        (
            "high-energy-cause",
            words("Fall from balcony", recordedDate="2026-11-18"),
            "balcony fall",
        ),
    ],
)
def test_what_is_understood_is_a_yes_with_its_name(name, entry, label):
    known = findings_of(entry).known[name]
    assert (known.value, known.label) == (True, label)
    assert (BY_WORDS in known.concerns) == ("text" in entry["code"])


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        (["2026-03-02", "2026-10-05"], True),
        (["2026-10-05"], False),
        (["2026-10-05", "2026-10-05"], False),
        (["2025-03-02", "2026-10-05"], False),
        (["2026-10-05", "2026-12-01"], False),
    ],
)
def test_two_falls_of_the_last_year_on_two_days_are_repeated_falls(days, counts):
    falls = [
        condition("W18.30XA", status="resolved", onsetDateTime=day) for day in days
    ]
    assert findings_of(*falls, condition("I10")).known["repeated-falls"].value is counts


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2026-11-19"}, True),
        ({"deceasedDateTime": "2026-11"}, True),
        ({"deceasedBoolean": False}, False),
        ({}, None),
        ({"deceasedDateTime": "2026-12-01"}, None),
    ],
)
def test_the_dead_are_those_whose_record_says_so(members, expected):
    found = findings_of(person=patient(**members))
    known = found.known.get("deceased")
    assert (known.value if known else None) is expected
    if expected and "deceasedDateTime" in members:
        assert known.observed <= date(2026, 11, 19)
