"""What grew in a culture leaves sepsis or a spinal infection open; urine does not."""

import pytest

from tests.chart_builders import open_service
from tests.codes import LOINC, SCT, codeable
from tests.patients.cultures import (
    AUREUS,
    NO_GROWTH,
    V2_0074,
    culture,
    grown,
    with_inside,
)
from tests.patients.leaving import summaries_beside
from tests.patients.reassuring import REASSURING, cards_of, selected

BLOOD = codeable(LOINC, "600-7")
CATEGORIES = (f"{V2_0074}|MB", f"{V2_0074}|MCB", f"{LOINC}|LP7819-8")


def said(report):
    """Return the first card, and if something is chosen."""
    cards = cards_of(report)
    return cards["rehabilitation"], bool(selected(cards))


def assert_quiet(report):
    card, is_selected = said(report)
    assert REASSURING in card["detail"]
    assert "Not known" not in card["detail"]
    assert is_selected


def assert_open(report, of):
    card, is_selected = said(report)
    assert card["summary"].startswith(f"{of} not excluded")
    assert REASSURING not in card["detail"]
    assert not is_selected


def assert_asked(report):
    card, _ = said(report)
    assert "not excluded" not in card["summary"]
    assert "the words of a report not fully understood" in card["detail"]
    assert REASSURING not in card["detail"]


@pytest.mark.parametrize("service", ["kyphoplasty-order-sign", "kyphoplasty-discharge"])
def test_both_hooks_ask_for_them(service):
    queries = open_service().hooks[service].discovery["prefetch"]
    assert all(one in queries["diagnosticReports"] for one in CATEGORIES)


@pytest.mark.parametrize(
    ("title", "result"),
    [
        ("Blood culture", "Staphylococcus aureus"),
        ("Blood culture", "Gram-positive cocci in clusters"),
        ("Blood culture", "Coagulase-negative staphylococci in 1 of 4 bottles"),
        ("Blood culture", "No growth of anaerobes. Streptococcus agalactiae"),
        ("Blutkultur", "Nachweis von S. aureus"),
        ("Hémoculture", "Staphylocoque doré"),
        ("Posiew krwi", "Gronkowiec złocisty"),
        ("血液培養", "黄色ブドウ球菌"),
        ("혈액배양", "황색포도알균"),
        ("Urine and blood culture", "Staphylococcus aureus"),
    ],
)
def test_a_positive_blood_culture_leaves_sepsis_open(title, result):
    assert_open(culture(title, result), "Sepsis")


@pytest.mark.parametrize(
    ("title", "result"),
    [
        ("Disc aspirate culture", "MSSA"),
        ("Bone biopsy culture", "Staphylococcus aureus"),
        ("Vertebral biopsy culture L1", "E. coli"),
        ("Psoas abscess culture", "Staphylococcus aureus"),
        ("Abscess culture", "Staphylococcus aureus"),
        ("Bandscheibenpunktat", "S. aureus"),
        ("Cultivo de disco", "Staphylococcus aureus"),
        ("椎間板培養", "黄色ブドウ球菌"),
        ("추간판 배양", "황색포도알균"),
    ],
)
def test_a_positive_culture_of_the_spine_leaves_an_infection_open(title, result):
    report = culture(title, result)
    card, is_selected = said(report)
    assert "pinal infection not excluded" in card["summary"] + card["detail"]
    assert REASSURING not in card["detail"]
    assert not is_selected


@pytest.mark.parametrize(
    ("title", "result"),
    [
        ("Blood culture", "No growth after 5 days"),
        ("Blutkultur aerob/anaerob", "Kein Wachstum nach 5 Tagen"),
        ("Blutkultur", "steril"),
        ("Hémoculture", "Pas de croissance"),
        ("Hemocultivo", "Sin crecimiento"),
        ("Bloedkweek", "Geen groei na 5 dagen"),
        ("血培养", "无细菌生长"),
        ("Disc aspirate culture", "No growth"),
        ("Urine culture", "E. coli >100,000 CFU/ml"),
        ("Urinkultur", "Klebsiella pneumoniae"),
        ("Sputum culture", "Pseudomonas aeruginosa"),
        ("MRSA-Abstrich Nase", "MRSA positiv"),
        ("Nasal swab MRSA", "Staphylococcus aureus"),
        ("尿培養", "大腸菌"),
    ],
)
def test_a_negative_one_and_an_everyday_specimen_are_quiet(title, result):
    assert_quiet(culture(title, result))
    assert summaries_beside(culture(title, result, days=1)) == []


@pytest.mark.parametrize(
    "report",
    [
        culture("Blood culture", "No growth after 48 hours", status="preliminary"),
        culture("Blood culture", "No growth to date"),
        culture("Blutkultur", "Bisher kein Wachstum"),
        culture("Blood culture", "Pending"),
        culture("Blood culture", status="registered"),
    ],
)
def test_a_culture_that_is_pending_is_no_no(report):
    card, is_selected = said(report)
    assert "a culture that looks for an infection is in a report" in card["detail"]
    assert REASSURING not in card["detail"]
    assert not is_selected


@pytest.mark.parametrize(
    ("title", "result"),
    [
        ("Wound swab", "Staphylococcus aureus"),
        ("Culture", "Staphylococcus aureus"),
        ("Catheter tip culture", "S. aureus"),
        ("Blood culture", "See comment"),
        ("Blood culture", "No growth of Staphylococcus aureus"),
    ],
)
def test_another_specimen_or_result_is_asked_about(title, result):
    assert_asked(culture(title, result))


def test_tuberculosis_in_the_sputum_is_not_everyday():
    card, is_selected = said(culture("Sputum culture", "Mycobacterium tuberculosis"))
    assert "spinal infection not excluded" in card["detail"]
    assert not is_selected


@pytest.mark.parametrize(
    "value", ["Staphylococcus aureus", AUREUS, codeable(SCT, "3092008")]
)
def test_the_values_of_a_report_say_what_grew(value):
    assert_open(with_inside(culture(BLOOD), grown(value)), "Sepsis")


@pytest.mark.parametrize(
    "value", ["No growth after 5 days", NO_GROWTH, codeable(SCT, "264868006")]
)
def test_the_values_of_a_report_say_that_nothing_grew(value):
    assert_quiet(with_inside(culture(BLOOD), grown(value)))


def test_a_value_that_is_not_there_is_asked_about():
    assert_asked(culture(BLOOD, result=[{"reference": "Observation/unseen"}]))


def test_a_value_of_another_patient_does_not_count():
    other = grown(NO_GROWTH) | {"subject": {"reference": "Patient/other"}}
    assert_asked(with_inside(culture(BLOOD), other))


def test_the_specimen_tells_where_it_is_from():
    disc = [{"display": "Disc L1/2"}]
    report = culture("Culture", "Staphylococcus aureus", specimen=disc)
    assert_open(report, "Spinal infection")


def test_a_blood_culture_of_long_ago_is_over():
    assert_quiet(culture("Blood culture", "Staphylococcus aureus", days=120))


def test_it_leads_for_two_weeks_alone():
    card, is_selected = said(culture("Blood culture", "S. aureus", days=30))
    assert "not excluded" not in card["summary"]
    assert "sepsis not excluded" in card["detail"]
    assert not is_selected


@pytest.mark.parametrize("title", ["Blood culture", "Disc culture"])
def test_who_leaves_is_asked_about_it_too(title):
    (summary,) = summaries_beside(culture(title, "Staphylococcus aureus", days=1))
    assert "not excluded. Who settles the cause?" in summary
