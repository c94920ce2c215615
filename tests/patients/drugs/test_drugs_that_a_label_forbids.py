"""A bone drug goes on beside what its label warns of: it is checked first."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    drafted,
    drug,
    kyphoplasty,
    order_sign,
    ordered,
    problem,
)
from tests.codes import ATC, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    RISEDRONATE,
    TERIPARATIDE,
    ZOLEDRONATE,
    cards_by_topic,
    chart,
    coded,
    given,
    statement,
)
from tests.patients.leaving import (
    appointment,
    everything_arranged,
    leave,
    leaving_chart,
)

DENOSUMAB = "M05BX04"
LOW_CALCIUM = coded("E83.51", "Hypocalcemia", days=5)
JAW = coded("M87.180", "Osteonecrosis due to drugs, jaw", days=900)
ATYPICAL = coded("M84.751D", "Incomplete atypical fracture, right leg", days=400)


def in_words(title, **members):
    return problem("hypertension", number="w", code={"text": title}, **members)


def summary(*entries):
    record = chart(coded("M80.08XA"), *entries)
    return cards_by_topic(record)["rehabilitation"]["summary"]


DOSES = [
    pytest.param(given("denosumab", DENOSUMAB, 205), id="denosumab due"),
    pytest.param(given("denosumab", DENOSUMAB, 150), id="denosumab in time"),
    pytest.param(given("denosumab", DENOSUMAB, 2), id="denosumab just begun"),
]


@pytest.mark.parametrize("dose", DOSES)
@pytest.mark.parametrize(
    ("harm", "says"),
    [
        pytest.param(LOW_CALCIUM, "ypocalcaemia", id="low calcium"),
        pytest.param(in_words("Low calcium"), "ypocalcaemia", id="in words"),
        pytest.param(in_words("Hypokalzämie"), "ypocalcaemia", id="in German"),
        pytest.param(JAW, "aw necrosis", id="jaw"),
        pytest.param(in_words("MRONJ of the left mandible"), "aw necrosis", id="ronj"),
        pytest.param(ATYPICAL, "typical femoral fracture", id="atypical fracture"),
    ],
)
def test_no_dose_is_asked_for(dose, harm, says):
    words = summary(dose, harm)
    assert says in words
    assert "check the drug first" in words
    for hurry in ("dose before", "dose with", "next due", "continue"):
        assert hurry not in words


def test_the_detail_warns_of_leaving_denosumab_out():
    record = chart(coded("M80.08XA"), given("denosumab", DENOSUMAB, 205), LOW_CALCIUM)
    detail = cards_by_topic(record)["rehabilitation"]["detail"]
    assert "a late dose risks rebound" in detail


@pytest.mark.parametrize(
    "drug",
    [
        pytest.param(
            statement("alendronate", ALENDRONATE, 100), id="alendronate, early"
        ),
        pytest.param(
            statement("risedronate", RISEDRONATE, 1200), id="risedronate, long"
        ),
        pytest.param(
            statement("teriparatide", TERIPARATIDE, 10), id="teriparatide, new"
        ),
        pytest.param(statement("alendronate", ALENDRONATE, 10), id="alendronate, new"),
    ],
)
def test_no_drug_continues_after_an_atypical_fracture(drug):
    words = summary(drug, ATYPICAL)
    assert "check the drug first" in words
    assert "continue" not in words


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param(in_words("No hypocalcemia"), id="denied"),
        pytest.param(
            in_words("Hypocalcemia", verificationStatus="refuted"), id="refuted"
        ),
        pytest.param(
            coded(
                "E83.51",
                days=2000,
                clinicalStatus=codeable(
                    "http://terminology.hl7.org/CodeSystem/condition-clinical",
                    "resolved",
                ),
            ),
            id="over for years",
        ),
    ],
)
def test_what_is_denied_or_over_changes_nothing(harmless):
    assert "check the drug first" not in summary(
        given("denosumab", DENOSUMAB, 205), harmless
    )


def test_who_takes_no_bone_drug_is_told_as_before():
    assert summary(LOW_CALCIUM) == summary()


def test_a_started_drug_settles_no_discharge():
    drug = given("denosumab", DENOSUMAB, 1)
    (card,) = leave(leaving_chart(drug, LOW_CALCIUM))
    assert "ypocalcaemia" in card["summary"]
    assert "Check the drug first?" in card["summary"]


def test_the_next_dose_is_checked_before_it_is_booked():
    drug = given("denosumab", DENOSUMAB, 1)
    (card,) = leave(leaving_chart(drug, LOW_CALCIUM, *everything_arranged()))
    assert "hypocalcaemia. Check the drug first?" in card["summary"]
    for hurry in ("Book it", "Dose before"):
        assert hurry not in card["summary"] + card["detail"]


def booked(words, *entries):
    """The cards of one whose next denosumab is due, and who has this visit."""
    drug, training = given("denosumab", DENOSUMAB, 170), ordered("rehabilitation")
    visit = appointment(words, day="2026-12-05", number="next")
    return leave(leaving_chart(drug, training, visit, *entries))


@pytest.mark.parametrize("harm", [LOW_CALCIUM, JAW, ATYPICAL])
@pytest.mark.parametrize("words", ["Denosumab injection", "Prolia 60 mg sc"])
def test_a_dose_that_is_booked_checks_no_drug(words, harm):
    (card,) = booked(words, harm)
    assert "Check the drug first?" in card["summary"]


@pytest.mark.parametrize("words", ["FLS", "Osteoporosis clinic"])
def test_a_review_that_is_booked_checks_it(words):
    assert booked(words, LOW_CALCIUM) == []


def test_a_dose_that_is_booked_settles_it_where_nothing_warns():
    assert booked("Denosumab injection") == []


# --- a drug that is ordered


def signed_with(code, *entries):
    """The card of a kyphoplasty that is signed together with this drug."""
    named = codeable(ATC, code)
    draft = drafted("MedicationRequest", "x", medicationCodeableConcept=named)
    body = order_sign(chart(coded("M80.08XA"), *entries), kyphoplasty(), draft)
    return by_topic(ask(body))["rehabilitation"]


def prescribed(code, days):
    return drug("losartan", number="p", days=days) | {
        "medicationCodeableConcept": codeable(ATC, code)
    }


HARMS = [
    pytest.param(LOW_CALCIUM, "hypocalcaemia", id="low calcium"),
    pytest.param(JAW, "jaw necrosis", id="jaw"),
    pytest.param(ATYPICAL, "atypical femoral fracture", id="atypical fracture"),
]
DRUGS = [
    pytest.param(DENOSUMAB, "denosumab", id="denosumab"),
    pytest.param(ZOLEDRONATE, "zoledronate", id="zoledronate"),
    pytest.param(ALENDRONATE, "alendronate", id="alendronate"),
]


def assert_is_checked_first(card, says, name):
    assert card["summary"].lower().startswith(says)
    assert f"{name} ordered: check the drug first" in card["summary"].lower()
    assert f"its label warns of {says}" in card["detail"]
    assert "next dose" not in card["detail"]


@pytest.mark.parametrize(("harm", "says"), HARMS)
@pytest.mark.parametrize(("code", "name"), DRUGS)
def test_a_drug_that_is_ordered_now_is_checked_first(code, name, harm, says):
    assert_is_checked_first(signed_with(code, harm), says, name)


@pytest.mark.parametrize(("harm", "says"), HARMS)
@pytest.mark.parametrize("days", [2, 60])
def test_so_is_one_whose_order_is_in_force(days, harm, says):
    record = chart(coded("M80.08XA"), prescribed(DENOSUMAB, days), harm)
    assert_is_checked_first(cards_by_topic(record)["rehabilitation"], says, "denosumab")


def test_a_warning_leads_and_the_detail_names_what_the_label_warns_of():
    card = signed_with(DENOSUMAB, given("denosumab", DENOSUMAB, 400), LOW_CALCIUM)
    assert card["summary"].startswith("Denosumab overdue")
    assert card["indicator"] == "warning"
    assert "its label warns of hypocalcaemia: check before" in card["detail"]


def test_an_order_that_nothing_warns_of_is_asked_about_as_before():
    summary = signed_with(DENOSUMAB)["summary"]
    assert summary.startswith("Denosumab ordered now, last dose not found: ask")
