"""A diagnosis without a clinical status is read as an active one, if nothing ends it.

FHIR demands the status of entries of the problem list alone; German exports and
diagnoses of a stay have none. A graver fact is not lost because a status is.
"""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
)
from tests.codes import ICD, codeable
from tests.patients.doors import GM, OF_THE_STAY
from tests.patients.leaving import kyphoplasty_done, leave
from tests.patients.reassuring import cards_of, first_card, quiet_record

OVER = {
    "an end": {"abatementDateTime": days_ago(2)},
    "a status in words": {"clinicalStatus": {"text": "resolved"}},
    "a note": {"note": [{"text": "resolved"}]},
}


def diagnosis(code, *, days=5, system=ICD, words="", **members):
    """A diagnosis of a stay, without a clinical status; `days` None has no day."""
    began = {} if days is None else {"onsetDateTime": days_ago(days)}
    fields = {"category": [OF_THE_STAY], "code": codeable(system, code, words)}
    return of_patient("Condition", f"d-{code}", **fields | began | members)


FRACTURES = {
    "CM": [diagnosis(code) for code in ("S32.010A", "S32.020A", "S32.030A")],
    "GM": [diagnosis(code, system=GM) for code in ("S32.01", "S32.02", "S32.03")],
}


@pytest.mark.parametrize("system", FRACTURES)
def test_three_fresh_fractures_at_once_warn(system):
    card = first_card(*FRACTURES[system])
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Three fractures at once")
    assert "earlier vertebral fracture" not in card["detail"]


@pytest.mark.parametrize("system", FRACTURES)
def test_two_fresh_fractures_are_two_at_once(system):
    card = first_card(*FRACTURES[system][:2])
    assert card["summary"].startswith("Two fractures at once")


def test_three_fresh_fractures_warn_at_discharge():
    (card,) = leave(quiet_record(*FRACTURES["GM"], kyphoplasty_done()))
    assert card["indicator"] == "warning"
    assert "three fractures at once" in card["summary"]


def test_another_fresh_fracture_keeps_the_brace_by_name():
    detail = cards_of(*FRACTURES["CM"][:2])["braceLimit"]["detail"]
    assert "**Reason to keep:** another fracture on record (L2)" in detail
    assert "not excluded" not in detail


@pytest.mark.parametrize("days", [400, None])
def test_fractures_of_long_ago_or_of_no_known_day_are_not_at_once(days):
    card = first_card(
        FRACTURES["CM"][0],
        *(diagnosis(code, days=days) for code in ("S32.020A", "S32.030A")),
    )
    assert "at once" not in card["summary"]


CHRONIC = (
    pytest.param("Z99.2", ICD, "Dialysis", id="dialysis"),
    pytest.param("Z99.2", GM, "Dialysis", id="dialysis-gm"),
    pytest.param("N18.6", ICD, "Severe kidney disease", id="end-stage"),
    pytest.param("N18.5", GM, "Severe kidney disease", id="stage-5"),
    pytest.param("F03", GM, "Dementia", id="dementia"),
)


@pytest.mark.parametrize("days", [5, 1800, None])
@pytest.mark.parametrize(("code", "system", "phrase"), CHRONIC)
def test_what_does_not_end_leads_whatever_its_day(code, system, phrase, days):
    card = first_card(diagnosis(code, system=system, days=days))
    assert card["summary"].startswith(phrase)


@pytest.mark.parametrize("days", [5, 1800, None])
def test_a_parkinson_without_a_status_raises_the_risk(days):
    cards = cards_of(diagnosis("G20", days=days))
    assert "at least the usual" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        pytest.param("R29.6", "Repeated falls", id="falls"),
        pytest.param("W11.XXXA", "Ladder fall", id="ladder"),
    ],
)
def test_what_may_end_leads_if_it_is_of_late(code, phrase):
    assert first_card(diagnosis(code))["summary"].startswith(phrase)
    old = first_card(diagnosis(code, days=500))
    assert not old["summary"].startswith(phrase)


@pytest.mark.parametrize("days", [1800, None])
def test_a_newer_filtration_hides_no_dialysis(days):
    egfr = measured("egfr", 78, days=3)
    cards = cards_of(diagnosis("Z99.2", system=GM, days=days), egfr)
    card = cards["rehabilitation"]
    assert card["summary"].startswith("Dialysis")
    assert "below the usual" not in card["detail"]


def test_a_sepsis_of_this_month_warns_without_a_day():
    card = first_card(diagnosis("A41.9", onsetDateTime=days_ago(5)[:7]))
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Sepsis")


@pytest.mark.parametrize("members", OVER.values(), ids=OVER)
def test_what_is_called_over_does_not_lead_and_reassures_nobody(members):
    card = cards_of(diagnosis("F03.90", **members))["rehabilitation"]
    assert not card["summary"].startswith("Dementia")
    assert "below the usual" not in card["detail"]
    assert "**Not known:**" in card["detail"]


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_what_was_refuted_is_not_there(status):
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    refuted = diagnosis("F03.90", verificationStatus=codeable(system, status))
    assert "ementia" not in first_card(refuted)["summary"]


def test_the_end_of_life_needs_a_status_to_silence_a_card():
    record = quiet_record(diagnosis("Z51.5"))
    card = by_topic(ask(order_sign(record, kyphoplasty())))["rehabilitation"]
    assert "end-of-life care not excluded" in card["detail"]
