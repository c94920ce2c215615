"""No button is pre-selected next to what the same card leaves open, and what would forbid it."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
    strong_and_nourished,
)
from tests.codes import ICD, codeable
from tests.patients.reassuring import imaging

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
FLS, TRAINING = "Refer to fracture liaison service", "Refer to rehabilitation"
END = "Set end"
HIP = problem("S72.001A", number="hip", days=60, onsetDateTime=days_ago(60))
FALLS = problem("R29.6", number="falls", days=60)


def provisional(code):
    unsure = codeable(VERIFICATION, "provisional")
    return problem(code, number="open", days=4, verificationStatus=unsure)


def over(days):
    resolved = {"status": "resolved", "abatementDateTime": days_ago(days)}
    return problem("M53.2X6", number="over", days=days + 40, **resolved)


def order(code):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    said |= {"code": {"text": "Full blood count"}, "reasonCode": [codeable(ICD, code)]}
    return of_patient("ServiceRequest", "ordered", **said)


def done_for(code):
    said = {"status": "completed", "performedDateTime": days_ago(90)}
    cpt = "http://www.ama-assn.org/go/cpt"
    said |= {"code": codeable(cpt, "45378"), "reasonCode": [codeable(ICD, code)]}
    return of_patient("Procedure", "done", **said)


def given_for_cancer():
    said = {"status": "completed", "intent": "order", "authoredOn": days_ago(300)}
    said["medicationCodeableConcept"] = {"text": "Lenalidomide 10 mg"}
    return of_patient("MedicationRequest", "cancer-drug", **said)


def chosen(*entries, drafts=()):
    """The labels of the buttons that are pre-selected on all cards."""
    record = [*strong_and_nourished(), *entries]
    cards = by_topic(ask(order_sign(record, kyphoplasty(), *(drafts or (brace(),)))))
    return {
        END if one["label"].startswith(END) else one["label"]
        for card in cards.values()
        for one in card.get("suggestions", ())
        if one.get("isRecommended")
    }


@pytest.mark.parametrize("fact", [HIP, FALLS], ids=["hip fracture", "falls"])
def test_nothing_else_withholds_them(fact):
    assert chosen(fact) == {FLS, TRAINING, END}
    assert chosen(fact, over(400)) == {FLS, TRAINING, END}


@pytest.mark.parametrize("fact", [HIP, FALLS], ids=["hip fracture", "falls"])
@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(provisional("S32.012A"), id="unstable fracture, provisional"),
        pytest.param(provisional("M53.2X6"), id="instability, provisional"),
        pytest.param(over(5), id="instability that ended five days ago"),
        pytest.param(imaging("Unstable burst fracture L1"), id="a report of it"),
        pytest.param(imaging("Three column injury"), id="three columns in a report"),
        pytest.param(order("M53.2X6"), id="an order for it"),
        pytest.param(problem("S32.011A", number="b", days=4), id="stable burst"),
        pytest.param(problem("N31.9", number="b"), id="a bladder without its nerve"),
        pytest.param(provisional("F03.90"), id="dementia, provisional"),
        pytest.param(problem("R41.81", number="m"), id="memory"),
    ],
)
def test_training_waits_for_what_is_open(fact, entry):
    assert TRAINING not in chosen(fact, entry)
    assert FLS in chosen(fact, entry)


@pytest.mark.parametrize("fact", [HIP, FALLS], ids=["hip fracture", "falls"])
def test_a_report_that_nobody_understood_withholds_the_end_of_the_brace_alone(fact):
    """Cards page, E10: entries not understood do not count for training."""
    assert chosen(fact, imaging("Xyz abc")) == {FLS, TRAINING}


def test_training_waits_for_the_reason_of_the_brace():
    worn = brace(reasonCode=[{"text": "unstable fracture"}])
    assert chosen(HIP, drafts=(worn,)) == {FLS}


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(problem("Z79.811", number="t", days=900), id="Z79.811"),
        pytest.param(problem("Z51.11", number="t", days=20), id="chemotherapy"),
        pytest.param(problem("M84.48XA", number="t", days=4), id="pathological"),
        pytest.param(problem("D49.2", number="t", days=4), id="a tumour of bone"),
        pytest.param(provisional("C79.51"), id="metastasis, provisional"),
        pytest.param(done_for("C79.51"), id="a procedure for a metastasis"),
        pytest.param(given_for_cancer(), id="a drug against cancer"),
    ],
)
def test_a_tumour_that_is_open_withholds_all(entry):
    assert chosen(HIP, entry) == set()


def test_an_old_cancer_that_the_card_names_withholds_no_referral():
    breast = problem("C50.911", number="old", days=4000, onsetDateTime="2011-03-01")
    assert chosen(HIP, breast) == {FLS, TRAINING}
