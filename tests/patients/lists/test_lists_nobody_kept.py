"""A list without entries was not kept: it excludes nothing, and nothing beside it calms."""

import pytest

from tests.chart_builders import (
    ask,
    blood_count,
    by_topic,
    days_ago,
    drug,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    ordered_elsewhere,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import ATC, codeable

KNOWN = (patient(), measured("bmd-t-score", -1.5), measured("bmi", 27))
REST = (ordered_elsewhere(), blood_count())


def card_of(*record):
    return by_topic(ask(order_sign([*KNOWN, *record], kyphoplasty())))["rehabilitation"]


def refuted():
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    return problem("hypertension", verificationStatus=codeable(system, "refuted"))


def infusion():
    saline = {"text": "Sodium chloride 0.9% infusion"}
    said = {"status": "completed", "effectiveDateTime": days_ago(0)}
    return of_patient(
        "MedicationAdministration", "iv", medicationCodeableConcept=saline, **said
    )


def test_a_list_that_was_kept_lets_the_figure_stand():
    assert "below the usual" in card_of(*quiet_lists())["detail"]


@pytest.mark.parametrize(
    "problems", [pytest.param((), id="none"), pytest.param((refuted(),), id="refuted")]
)
def test_an_empty_problem_list_is_named_and_reassures_nobody(problems):
    card = card_of(drug("losartan"), *problems, *REST)
    assert "below the usual" not in card["detail"]
    assert "the problem list names no disease" in card["detail"]
    assert not any(one.get("isRecommended") for one in card["suggestions"])


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(infusion(), id="given in the ward"),
        pytest.param(drug("losartan", status="cancelled"), id="cancelled"),
        pytest.param(drug("losartan", status="draft"), id="draft"),
        pytest.param(drug("losartan", intent="proposal"), id="proposed"),
    ],
)
def test_what_is_no_list_of_drugs_says_no_none(entry):
    card = card_of(problem("hypertension"), entry, *REST)
    assert card["summary"].startswith("Medication list empty: ask about bone drugs")
    assert "below the usual" not in card["detail"]
    assert not any(one.get("isRecommended") for one in card["suggestions"])


def romosozumab(last, doses):
    """Monthly doses, the last one so many days ago."""
    return [
        of_patient(
            "MedicationAdministration",
            f"romosozumab-{place}",
            status="completed",
            medicationCodeableConcept=codeable(ATC, "M05BX06"),
            effectiveDateTime=days_ago(last + 30 * place),
        )
        for place in range(doses)
    ]


@pytest.mark.parametrize(
    ("last", "doses"),
    [
        pytest.param(100, 3, id="two doses late"),
        pytest.param(70, 12, id="whole course, then nothing"),
        pytest.param(10, 12, id="the last dose of the course"),
    ],
)
def test_romosozumab_that_nobody_gives_on_warns_of_its_end(last, doses):
    card = card_of(*quiet_lists(), *romosozumab(last, doses))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Romosozumab last given")
    assert "nothing since" in card["summary"]


@pytest.mark.parametrize(("last", "doses"), [(10, 4), (40, 4)])
def test_romosozumab_in_time_goes_on(last, doses):
    card = card_of(*quiet_lists(), *romosozumab(last, doses))
    assert card["indicator"] == "info"
    assert "into romosozumab" in card["summary"]


# Its labels: not after a myocardial infarct or a stroke, which the service does not read.
@pytest.mark.parametrize(
    ("last", "doses"),
    [
        pytest.param(20, 1, id="started after the fracture"),
        pytest.param(10, 4, id="taken before it"),
    ],
)
def test_romosozumab_goes_on_only_without_infarct_or_stroke(last, doses):
    card = card_of(*quiet_lists(), *romosozumab(last, doses))
    assert card["summary"].endswith("continue unless MI or stroke.")
