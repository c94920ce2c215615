"""Dates that nobody can place: what may lie within the time is said, or reassures nobody."""

import pytest

from tests.chart_builders import (
    days_ago,
    measured,
    problem,
)
from tests.codes import UCUM, codeable
from tests.patients.reassuring import card_of, first_card

REASSURING = "below the usual"
NEVER = "9999-12-31"  # how records write "not stated"


@pytest.mark.parametrize(
    ("entry", "summary"),
    [
        pytest.param(
            problem("A41.9", days=2, onsetDateTime=days_ago(30)),
            "Sepsis (21 Oct)",
            id="sepsis-since-30-days-active-lately",
        ),
        pytest.param(
            problem("A41.9", days=2, onsetPeriod={"start": days_ago(40)}),
            "Sepsis (11 Oct)",
            id="sepsis-period-without-end",
        ),
        pytest.param(
            problem("A41.9", onsetPeriod={"start": days_ago(40), "end": days_ago(1)}),
            "Sepsis (19 Nov)",
            id="sepsis-that-began-by-yesterday",
        ),
        pytest.param(
            problem("S72.001A", onsetPeriod={"start": "2015", "end": "2025-10-16"}),
            "Hip fracture Oct 2025",
            id="hip-fracture-at-the-end-of-a-period",
        ),
        pytest.param(
            problem("C50.911", onsetPeriod={"start": "2015", "end": "2025-10-16"}),
            "Breast cancer (2025)",
            id="cancer-at-the-end-of-a-period",
        ),
        pytest.param(
            problem("C50.911", status="recurrence", recordedDate="2015-02-01"),
            "Breast cancer: could this be a metastasis?",
            id="cancer-again-without-a-day",
        ),
        pytest.param(
            problem("A41.9", recordedDate="2026"), "Sepsis (2026)", id="sepsis-year"
        ),
        pytest.param(
            problem("A41.9", recordedDate="2026-11"),
            "Sepsis (Nov 2026)",
            id="sepsis-month",
        ),
        pytest.param(
            problem(
                "A41.9", recordedDate=None, onsetDateTime="2026-11", status="resolved"
            ),
            "Sepsis (Nov 2026)",
            id="sepsis-month-over",
        ),
        pytest.param(
            problem("S72.001A", recordedDate="2026"),
            "Hip fracture 2026",
            id="hip-fracture-year",
        ),
        pytest.param(
            problem("S72.001A", recordedDate="2024-11"),
            "Hip fracture Nov 2024",
            id="hip-fracture-month-at-the-limit",
        ),
        pytest.param(
            problem("G83.4", days=1, status="recurrence", onsetDateTime=days_ago(100)),
            "Neurological deficit (19 Nov)",
            id="deficit-again",
        ),
        pytest.param(
            problem("G83.4", recordedDate="2026"),
            "Neurological deficit (2026)",
            id="deficit-year",
        ),
        pytest.param(
            problem("C50.911", recordedDate="2021"),
            "Breast cancer (2021)",
            id="cancer-year-at-the-limit",
        ),
        pytest.param(
            problem("C50.911", days=1, status="recurrence", onsetDateTime="2011"),
            "Breast cancer (2026)",
            id="cancer-again",
        ),
        pytest.param(
            problem("C79.51", recordedDate=NEVER),
            "Bone metastasis",
            id="metastasis-impossible",
        ),
        pytest.param(
            problem("M46.46", recordedDate=NEVER),
            "Spinal infection (discitis)",
            id="discitis-impossible",
        ),
    ],
)
def test_what_may_lie_within_the_time_is_said(entry, summary):
    card = card_of(entry)
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(summary)


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        pytest.param(
            problem("A41.9", days=700), "sepsis not excluded", id="sepsis-still-active"
        ),
        pytest.param(
            problem("A41.9", recordedDate=None, status="resolved"),
            "sepsis not excluded",
            id="sepsis-over-no-date",
        ),
        pytest.param(
            problem("A41.9", recordedDate=None),
            "sepsis not excluded",
            id="sepsis-no-date",
        ),
        pytest.param(
            problem("A41.9", recordedDate=NEVER),
            "sepsis not excluded",
            id="sepsis-impossible",
        ),
        pytest.param(
            problem("A41.9", recordedDate="2026", status="resolved"),
            "sepsis not excluded",
            id="sepsis-over-this-year",
        ),
        *(
            pytest.param(
                problem("S72.001A", **members), "hip fracture within 2 years", id=name
            )
            for name, members in {
                "hip-no-date": {"recordedDate": None},
                "hip-impossible": {"recordedDate": NEVER},
                "hip-over-no-date": {"recordedDate": None, "status": "resolved"},
                "hip-uncertain": {
                    "days": 200,
                    "verificationStatus": {"text": "?"},
                },
                "hip-in-words": {"recordedDate": None, "onsetString": "last winter"},
                "hip-age": {"recordedDate": None, "onsetAge": {"value": 75}},
                "hip-tomorrow": {"recordedDate": "2027-02-01"},
            }.items()
        ),
        pytest.param(
            problem("N18.4", days=30, verificationStatus={"text": "provisional"}),
            "severe kidney disease not excluded",
            id="kidney-suspected",
        ),
    ],
)
def test_what_nobody_can_place_is_open(entry, named):
    detail = card_of(entry)["detail"]
    assert named in detail
    assert REASSURING not in detail


def test_a_grave_entry_that_nobody_can_place_leaves_referrals_offered():
    weak_bone = measured("bmd-t-score", -2.8)
    known = first_card(weak_bone)
    doubted = first_card(weak_bone, problem("A41.9", recordedDate=None))
    assert any(one.get("isRecommended") for one in known["suggestions"])
    assert not any(one.get("isRecommended") for one in doubted["suggestions"])
    assert len(doubted["suggestions"]) == len(known["suggestions"])


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(problem("A41.9", days=200, status="resolved"), id="sepsis-over"),
        pytest.param(problem("S72.001A", days=3000), id="hip-of-long-ago"),
        pytest.param(problem("S72.001A", recordedDate="2019"), id="hip-2019"),
        pytest.param(
            problem("S72.001A", days=100, onsetDateTime="2019"), id="hip-listed-anew"
        ),
        pytest.param(problem("V43.52XA", recordedDate="2019"), id="crash-2019"),
    ],
)
def test_what_is_certainly_over_stays_quiet(entry):
    assert REASSURING in card_of(entry)["detail"]


@pytest.mark.parametrize("status", ["inactive", "remission", "resolved"])
@pytest.mark.parametrize(
    ("code", "named"),
    [
        pytest.param("Z87.310", "earlier vertebral fracture", id="healed fracture"),
        pytest.param("Z91.81", "repeated falls", id="falls once"),
        pytest.param("F03.90", "dementia", id="dementia"),
        pytest.param("G20", "Parkinson", id="Parkinson"),
        pytest.param("N18.6", "severe kidney disease", id="end-stage kidney"),
        pytest.param("Z99.2", "severe kidney disease", id="dialysis"),
    ],
)
def test_what_is_past_by_nature_or_does_not_end_stays_open(code, named, status):
    detail = card_of(problem(code, status=status))["detail"]
    assert named in detail.partition("**Not known:**")[2]
    assert REASSURING not in detail


def test_a_good_filtration_answers_a_kidney_disease_that_is_over():
    over = problem("N18.6", status="resolved")
    assert REASSURING in card_of(over, filtration(68))["detail"]


def test_a_denied_history_stays_quiet():
    denied = codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
    )
    for code in ("Z87.310", "F03.90", "G20", "N18.6"):
        entry = problem(code, status="inactive", verificationStatus=denied)
        assert REASSURING in card_of(entry)["detail"]


def filtration(value, days=10):
    unit = "mL/min/{1.73_m2}"
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    code = codeable("http://loinc.org", "33914-3")
    return measured("egfr", value, days=days, code=code, valueQuantity=quantity)


def test_a_measured_filtration_answers_what_the_list_leaves_open():
    unstaged = problem("N18.9", days=400)
    assert REASSURING not in card_of(unstaged)["detail"]
    assert REASSURING in card_of(unstaged, filtration(68))["detail"]
    assert REASSURING not in card_of(unstaged, filtration(68, days=300))["detail"]


def test_a_filtration_that_was_low_years_ago_is_named_and_reassures_nobody():
    detail = card_of(filtration(22, days=730))["detail"]
    assert REASSURING not in detail
    assert "eGFR" in detail.partition("**Not known:**")[2]


def test_a_filtration_that_was_good_years_ago_or_is_good_now_stays_quiet():
    assert REASSURING in card_of(filtration(68, days=730))["detail"]
    low = filtration(22, days=730) | {"id": "low"}
    assert REASSURING in card_of(low, filtration(68))["detail"]


def test_a_crash_of_this_year_may_be_the_cause():
    assert "Car crash" in card_of(problem("V43.52XA", recordedDate="2026"))["summary"]


def test_what_is_over_is_not_said_to_be_active():
    detail = card_of(problem("A41.9", recordedDate="2026", status="resolved"))["detail"]
    assert "its day is not recorded" in detail
    assert "still active" not in detail


@pytest.mark.parametrize(
    ("code", "days"),
    [
        pytest.param("A41.9", 5, id="sepsis"),
        pytest.param("S72.001A", 200, id="hip fracture"),
        pytest.param("S32.030A", 400, id="second vertebral fracture"),
    ],
)
def test_the_day_on_which_a_diagnosis_is_asserted_dates_it(code, days):
    """The German core data set has it in an extension, and US Core allows that."""
    url = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
    recorded = problem(code, days=days)
    asserted = recorded | {
        "extension": [{"url": url, "valueDateTime": recorded["recordedDate"]}]
    }
    del asserted["recordedDate"]
    card = first_card(asserted)
    assert card["indicator"] == "warning"
    assert card["summary"] == first_card(recorded)["summary"]
