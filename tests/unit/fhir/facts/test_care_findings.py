"""Findings that call for care and never reassure: cancer, dementia, falls, kidneys, causes, steroids, death."""

from datetime import date

import pytest

from tests.builders import ATC, CPT, ICD, SCT, coded, condition, dose, findings_of, patient, prescription, procedure
from tests.tables import cases

BY_WORDS = "Recognised by words, not by a code."


def words(text, **members):
    return {**condition("x"), "code": {"text": text}, **members}


def other():
    return condition("I10")


def read(name, *resources):
    """True, False, or None for a gap, from lists that were read."""
    found = findings_of(*resources, other(), entries={"procedures": 3, "conditions": 9, "medications": 3})
    return found.known[name].value if name in found.known else None


@pytest.mark.parametrize(
    ("name", "entry", "label"),
    [
        ("active-cancer", condition("C34.11"), "lung cancer"),
        ("active-cancer", condition("254637007", SCT), "lung cancer"),
        ("active-cancer", condition("C50.911"), "breast cancer"),
        ("active-cancer", condition("C61"), "prostate cancer"),
        ("active-cancer", condition("C64.1"), ""),
        ("active-cancer", condition("363406005", SCT), ""),
        ("active-cancer", words("Adenocarcinoma of lung, stage IV"), "lung cancer"),
        ("malignancy", condition("C90.00"), "myeloma"),
        ("malignancy", condition("109989006", SCT), "myeloma"),
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
        ("dementia", condition("26929004", SCT), ""),
        ("dementia", words("Vascular dementia"), ""),
        ("repeated-falls", condition("R29.6"), "repeated falls"),
        ("repeated-falls", condition("Z91.81"), "falls in the past"),
        ("repeated-falls", condition("279992002", SCT), "repeated falls"),
        ("repeated-falls", words("Frequent falls at home"), "repeated falls"),
        ("severe-kidney-disease", condition("N18.4"), ""),
        ("severe-kidney-disease", condition("N18.6"), ""),
        ("severe-kidney-disease", condition("433146000", SCT), ""),
        ("severe-kidney-disease", condition("Z99.2"), "dialysis"),
        ("severe-kidney-disease", words("ESRD"), ""),
        ("severe-kidney-disease", words("Hemodialysis three times a week"), "dialysis"),
        ("severe-kidney-disease", procedure(coded("302497006", SCT), "2026-11-16"), "dialysis"),
        ("severe-kidney-disease", procedure(coded("90935", CPT), "2026-11-16"), "dialysis"),
        ("high-energy-cause", condition("W11.XXXA", onsetDateTime="2026-11-18"), "fall from a height"),
        ("high-energy-cause", condition("V43.52XA", onsetDateTime="2026-11-18"), "traffic accident"),
        ("high-energy-cause", condition("429482004", SCT, recordedDate="2026-11-18"), "fall from a height"),
        ("high-energy-cause", words("Fall from balcony", recordedDate="2026-11-18"), "fall from a height"),
    ],
)
def test_what_is_understood_is_a_yes_with_its_name(name, entry, label):
    known = findings_of(entry).known[name]
    assert (known.value, known.label) == (True, label)
    assert (BY_WORDS in known.concerns) == ("text" in entry["code"])


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("active-cancer", condition("C44.91")),
        ("active-cancer", condition("Z85.3")),
        ("active-cancer", condition("Z80.3")),
        ("active-cancer", condition("Z12.31")),
        ("active-cancer", condition("C79.51")),
        ("active-cancer", condition("C91.01")),
        ("active-cancer", condition("C50.911", status="remission")),
        ("active-cancer", words("Basal cell carcinoma of skin")),
        ("active-cancer", words("Personal history of malignant neoplasm of breast")),
        ("active-cancer", words("Family history of lung cancer")),
        ("active-cancer", words("Lung cancer ruled out")),
        ("active-cancer", words("Screening for malignant neoplasm of prostate")),
        ("malignancy", condition("C90.11")),
        ("dementia", words("Family history of dementia")),
        ("dementia", condition("G31.84")),
        ("repeated-falls", words("No falls")),
        ("repeated-falls", words("Denies recurrent falls")),
        ("repeated-falls", condition("W18.30XA", onsetDateTime="2026-11-18")),
        ("severe-kidney-disease", condition("N18.30")),
        ("severe-kidney-disease", words("Dialysis catheter removal")),
        ("severe-kidney-disease", procedure(coded("302497006", SCT), "2024-03-01")),
        ("severe-kidney-disease", condition("N17.9")),
    ],
)
def test_what_only_looks_alike_is_no(name, entry):
    assert read(name, entry) is False


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("active-cancer", condition("C34.11", status=None)),
        ("malignancy", words("Lung cancer")),
        ("malignancy", condition("C34.11")),
        ("severe-kidney-disease", procedure(coded("302497006", SCT), None)),
        ("high-energy-cause", other()),  # silence says nothing of the cause
        ("high-energy-cause", condition("W11.XXXA")),
        ("high-energy-cause", condition("W11.XXXA", onsetDateTime="2019-05-01")),
        ("high-energy-cause", condition("W18.30XA", onsetDateTime="2026-11-18")),
        ("high-energy-cause", condition("W01.0XXA", onsetDateTime="2026-11-18")),
        ("high-energy-cause", condition("V00.811A", onsetDateTime="2026-11-18")),
        ("high-energy-cause", words("Fall from standing height", recordedDate="2026-11-18")),
        ("high-energy-cause", words("Motor vehicle accident")),
    ],
)
def test_what_is_not_understood_is_a_gap(name, entry):
    assert read(name, entry) is None


@pytest.mark.parametrize(
    ("days", "counts"), cases(__file__, "two_falls_of_the_last_year_on_two_days_are_repeated_falls")
)
def test_two_falls_of_the_last_year_on_two_days_are_repeated_falls(days, counts):
    falls = [condition("W18.30XA", status="resolved", onsetDateTime=day) for day in days]
    assert read("repeated-falls", *falls) is counts


def test_a_later_visit_for_the_same_fall_is_no_second_fall():
    first = condition("W01.0XXA", onsetDateTime="2026-10-05")
    visit = condition("W01.0XXD", onsetDateTime="2026-11-05")
    assert read("repeated-falls", first, visit) is False


def test_two_cancers_are_both_named_the_newer_first():
    entries = (condition("C61", onsetDateTime="2019"), condition("C34.11", onsetDateTime="2026-05-01"))
    assert findings_of(*entries).known["active-cancer"].label == "lung cancer and prostate cancer"


PREDNISONE = coded("H02AB07", ATC)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (prescription(PREDNISONE, authoredOn="2023-01-10"), True),
        (prescription(PREDNISONE, authoredOn="2026-08-20"), True),
        (prescription(PREDNISONE, authoredOn="2026-08-21"), None),  # since less than three months
        (prescription(PREDNISONE, authoredOn="2026-08-01", status="completed"), None),
        (dose(PREDNISONE, "2026-08-01"), None),
        (condition("Z79.52"), True),
        (condition("Z79.51"), None),
    ],
)
def test_a_steroid_is_long_term_after_three_months_or_as_a_state_of_the_problem_list(entry, expected):
    assert read("long-term-steroid", entry) is expected


@pytest.mark.parametrize(("members", "expected"), cases(__file__, "the_dead_are_those_whose_record_says_so"))
def test_the_dead_are_those_whose_record_says_so(members, expected):
    found = findings_of(person=patient(**members))
    known = found.known.get("deceased")
    assert (known.value if known else None) is expected
    if expected and "deceasedDateTime" in members:
        assert known.observed <= date(2026, 11, 19)


def test_a_code_of_another_system_is_not_read_and_forbids_no():
    assert read("active-cancer", condition("C34.11", "urn:local")) is None
    assert ICD in findings_of(condition("C34.11")).known["active-cancer"].provenance[0].code
