"""All is ordered: a list that was not read, or a grave thing that is open, brings a card."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    ordered,
    problem,
    strong_and_nourished,
)
from tests.codes import ATC, ICD, codeable
from tests.patients.inpatients import chart
from tests.patients.leaving import (
    everything_arranged,
    kyphoplasty_done,
    leave,
    leaving_chart,
)
from tests.patients.reassuring import imaging

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
REFUSED = {"resourceType": "OperationOutcome", "issue": [{"code": "forbidden"}]}
REFUSED["issue"][0]["severity"] = "error"
CUT = {"resourceType": "Bundle", "type": "searchset", "entry": []}
CUT["link"] = [{"relation": "next", "url": "http://elsewhere.example/page"}]


def alendronate():
    """A bone drug of this fracture, so that nothing asks for another one."""
    said = {"status": "active", "effectivePeriod": {"start": days_ago(3)}}
    said |= {"dateAsserted": days_ago(2)}
    said["medicationCodeableConcept"] = codeable(ATC, "M05BA04")
    return of_patient("MedicationStatement", "alendronate", **said)


def provisional(code):
    unsure = codeable(VERIFICATION, "provisional")
    return problem(code, number="open", days=2, verificationStatus=unsure)


def order(code):
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    said |= {"code": {"text": "Full blood count"}, "reasonCode": [codeable(ICD, code)]}
    return of_patient("ServiceRequest", "ordered", **said)


def cancer_drug():
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(20)}
    said["medicationCodeableConcept"] = {"text": "Lenalidomide 10 mg"}
    return of_patient("MedicationRequest", "cancer-drug", **said)


def in_words(words):
    return problem("M54.50", number="words", days=2, code={"text": words})


def cards(*entries, unread="", answer=REFUSED):
    """The cards of one who has a review, training and alendronate."""
    arranged = [ordered("bone-treatment", days=2), ordered("rehabilitation", days=2)]
    record = [*strong_and_nourished(), *arranged, alendronate(), *entries]
    body = order_sign(record, kyphoplasty())
    if unread:
        body["prefetch"][unread] = answer
    return by_topic(ask(body))


def test_nothing_open_is_no_card():
    assert not cards()
    assert not cards(problem("C50.911", number="old", days=5000, onsetString="2010"))


@pytest.mark.parametrize("answer", [REFUSED, CUT], ids=["refused", "cut"])
@pytest.mark.parametrize(
    ("unread", "named"),
    [
        ("conditions", "the problem list"),
        ("diagnosticReports", "imaging and other reports"),
        ("procedures", "procedures"),
        ("serviceRequests", "active orders"),
        ("medications", "the medication list"),
        ("administrations", "given medications"),
        ("statements", "reported medications"),
        ("dispenses", "dispensed drugs"),
    ],
)
def test_a_list_that_was_not_read_brings_a_card(unread, named, answer):
    card = cards(unread=unread, answer=answer)["rehabilitation"]
    assert named in card["detail"].partition("**Not known:**")[2]
    assert "ask" in card["summary"] or "check" in card["summary"]
    assert card["indicator"] == "info"


def test_the_card_says_what_to_ask():
    said = cards(unread="conditions")["rehabilitation"]["summary"]
    assert said.endswith("ask about cancer, infection and new weakness.")
    said = cards(unread="administrations")["rehabilitation"]["summary"]
    assert said.startswith("Alendronate on the list, start not recorded: ask about it")


OPEN = [
    pytest.param(provisional("C79.51"), "Malignancy of bone", id="metastasis"),
    pytest.param(imaging("Bone metastases L1"), "Malignancy of bone", id="report"),
    pytest.param(order("C79.51"), "Malignancy of bone", id="order"),
    pytest.param(
        imaging("Infiltrative marrow signal at L1, neoplastic process not excluded."),
        "Malignancy of bone",
        id="process",
    ),
    pytest.param(
        imaging("Verdacht auf malignen Prozess LWK 1."),
        "Malignancy of bone",
        id="german process",
    ),
    pytest.param(
        imaging("Enhancing disc space L1/2, infection favored."),
        "Spinal infection",
        id="infection favoured",
    ),
    pytest.param(cancer_drug(), "Malignancy of bone", id="drug against cancer"),
    pytest.param(problem("D49.2", number="d"), "Malignancy of bone", id="D49.2"),
    pytest.param(provisional("C50.911"), "Malignancy of bone", id="breast cancer"),
    pytest.param(provisional("M46.46"), "Spinal infection", id="discitis"),
    pytest.param(problem("A41.9", days=300), "Sepsis", id="sepsis since January"),
    pytest.param(problem("G82.20", days=300), "New neurological deficit", id="palsy"),
    pytest.param(in_words("Cauda equina?"), "New neurological deficit", id="words"),
    pytest.param(problem("I33.0", days=40), "Spinal infection", id="endocarditis"),
    pytest.param(problem("T81.42XA", days=1), "Spinal infection", id="wound"),
    pytest.param(problem("M86.9", days=1), "Spinal infection", id="bone infection"),
    pytest.param(problem("R33.9", days=1), "New neurological deficit", id="bladder"),
    pytest.param(problem("N31.9", days=2), "New neurological deficit", id="nerves"),
    pytest.param(problem("S14.109A", days=1), "New neurological deficit", id="cord"),
]


@pytest.mark.parametrize(("entry", "named"), OPEN)
def test_what_is_open_and_grave_brings_a_card(entry, named):
    card = cards(entry)["rehabilitation"]
    assert card["summary"].startswith(named)
    assert "not excluded" in card["summary"]
    assert card["indicator"] == "info"
    assert not any(one.get("isRecommended") for one in card.get("suggestions", ()))


@pytest.mark.parametrize(("entry", "named"), OPEN)
def test_so_it_does_at_discharge(entry, named):
    (card,) = leave(leaving_chart(*everything_arranged(), alendronate(), entry))
    assert f"{named[0].lower()}{named[1:]}" in card["summary"]
    assert "not excluded" in card["summary"]


@pytest.mark.parametrize("code", ["R33.9", "R15.9", "N31.9"])
def test_what_has_lasted_for_months_is_no_new_deficit(code):
    assert not cards(problem(code, days=200))
    assert (
        leave(
            leaving_chart(
                *everything_arranged(),
                alendronate(),
                problem(code, number="b", days=200),
            )
        )
        == []
    )


def leave_after_weeks(*entries):
    """The cards of one who was operated 25 days ago."""
    fracture = problem("S32.010A", number="fracture", days=60)
    operated = kyphoplasty_done("L1", days=25)
    arranged = (*everything_arranged(), alendronate())
    return leave(chart(fracture, operated, *arranged, *entries))


@pytest.mark.parametrize("code", ["R33.9", "R15.9", "N31.9"])
@pytest.mark.parametrize("days", [24, 15, 10])
def test_at_discharge_what_began_since_the_operation_is_new(code, days):
    (card,) = leave_after_weeks(problem(code, number="b", days=days))
    said = "new neurological deficit not excluded. Examine before leaving."
    assert card["summary"].endswith(said)


def test_what_began_before_it_or_is_over_is_not():
    over = codeable(
        "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"
    )
    assert not leave_after_weeks(problem("R33.9", number="b", days=30))
    passed = problem("R33.9", number="b", days=24, clinicalStatus=over)
    assert not leave_after_weeks(passed)


def test_a_biopsy_that_was_sent_settles_the_cause_at_discharge():
    sent = ordered("biopsy", days=3)
    record = (*everything_arranged(), alendronate(), sent, provisional("C79.51"))
    assert not any(
        "not excluded" in one["summary"] for one in leave(leaving_chart(*record))
    )


@pytest.mark.parametrize(
    ("unread", "named"),
    [
        ("conditions", "the problem list"),
        ("diagnosticReports", "imaging and other reports"),
    ],
)
def test_a_list_that_was_not_read_brings_a_card_at_discharge(unread, named):
    record = leaving_chart(*everything_arranged(), alendronate())
    assert leave(record) == []
    (card,) = leave(record, failed=(unread,))
    assert named in card["summary"]
