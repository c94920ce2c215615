"""A bone drug that a diagnosis, a report or the order names in words is no "none".

It is no dose either: the card asks, and pre-selects no referral (E2, E8, F14).
"""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    codeable,
    days_ago,
    dose,
    drafted,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
)
from tests.codes import ICD
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import kyphoplasty_done, leave
from tests.patients.reassuring import card_of, imaging, reassuring_record

V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"
REFERRAL = "Refer to fracture liaison service"


def preselected(card):
    return [
        one["label"] for one in card.get("suggestions", ()) if one.get("isRecommended")
    ]


def words_of(card):
    return card["summary"] + card["detail"]


def report(conclusion):
    return imaging(conclusion, code={"text": "DXA"})


def osteoporosis(words="", **more):
    return problem("M81.0", days=300, code=codeable(ICD, "M81.0", words), **more)


TOLD = [
    pytest.param(osteoporosis("Osteoporosis, receives denosumab"), "Denosumab"),
    pytest.param(osteoporosis("Osteoporosis, Prolia last given in March"), "Denosumab"),
    pytest.param(osteoporosis("Osteoporose, Alendronat seit 2021"), "Alendronate"),
    pytest.param(osteoporosis(note=[{"text": "zoledronate yearly"}]), "Zoledronate"),
    pytest.param(problem("x", code={"text": "ONJ after denosumab"}), "Denosumab"),
    pytest.param(problem("x", code={"text": "Z.n. Denosumab bis 2024"}), "Denosumab"),
    pytest.param(
        problem("x", code={"text": "Bisphosphonate holiday"}), "Bisphosphonate"
    ),
    pytest.param(
        problem("x", code={"text": "No alendronate, but Prolia"}), "Denosumab"
    ),
    pytest.param(report("T-score -1.5. Receives Prolia."), "Denosumab"),
]


@pytest.mark.parametrize(("entry", "drug"), TOLD)
def test_a_drug_told_in_words_is_asked_about(entry, drug):
    card = card_of(entry)
    assert card["summary"].startswith(f"{drug} recorded, not understood: ask")
    assert "o bone drug" not in words_of(card)
    assert "none in" not in card["detail"]
    assert "below the usual" not in words_of(card)
    assert REFERRAL not in preselected(card)


NO_NAME = [
    *("Osteoporosis on antiresorptive therapy", "Osteoporosis, on treatment"),
    *("Osteoporosis under treatment", "Osteoporosis treated since 2021"),
    *("on bone-protective treatment", "Bone-protective medication since 2020"),
    *("Osteoporosis, injection every 6 months", "Osteoporosis on anabolic therapy"),
    *("antiresorptive Therapie seit 2020", "Osteoporose unter Therapie"),
    *("Osteoporose, 6-Monats-Spritze", "unter knochenschützender Therapie"),
    *(
        "traitement anti-résorptif",
        "ostéoporose traitée",
        "ostéoporose sous traitement",
    ),
    *("tratamiento antirresortivo", "osteoporosis en tratamiento"),
    *("terapia antiriassorbitiva", "osteoporosi in terapia"),
    *("Leczona osteoporoza", "抗骨质疏松治疗中", "骨粗鬆症治療薬内服中"),
]
GROUP = [
    *("under bisphosphonate", "bisfosfoniany od 2020", "leczenie bisfosfonianami"),
    *("비스포스포네이트 복용중", "Unter Bisphosphonat"),
]


@pytest.mark.parametrize("words", [*NO_NAME, *GROUP])
@pytest.mark.parametrize("place", ["problem", "report", "reason", "note"])
def test_a_treatment_without_a_name_is_asked_about(words, place):
    card_by_place = {
        "problem": lambda: card_of(problem("x", code={"text": words})),
        "report": lambda: card_of(report(f"T-score -1.5. {words}.")),
        "reason": lambda: card_of(order=kyphoplasty(reasonCode=[{"text": words}])),
        "note": lambda: card_of(order=kyphoplasty(note=[{"text": words}])),
    }
    card = card_by_place[place]()
    assert "o bone drug" not in words_of(card)
    assert "none in" not in card["detail"]
    assert REFERRAL not in preselected(card)


@pytest.mark.parametrize(
    "words",
    [
        *("Osteoporosis", "Osteoporosis, not on treatment", "Untreated osteoporosis"),
        *("No antiresorptive therapy", "Osteoporosis treatment review"),
        *("Keine antiresorptive Therapie", "Referral to osteoporosis clinic"),
        *("Osteoporosis treated with calcium", "Osteoporose ohne Therapie"),
    ],
)
def test_what_names_no_treatment_that_is_taken_is_none(words):
    card = card_of(problem("x", code={"text": words}))
    assert card["summary"].startswith("No bone drug")


@pytest.mark.parametrize("element", ["reasonCode", "note"])
def test_a_drug_told_by_the_order_itself_is_asked_about(element):
    order = kyphoplasty("L1", **{element: [{"text": "Prolia last given in March"}]})
    card = card_of(order=order)
    assert card["summary"].startswith("Denosumab recorded, not understood: ask")
    assert REFERRAL not in preselected(card)


@pytest.mark.parametrize(
    "words",
    [
        "No bisphosphonates",
        "Never had denosumab",
    ],
)
def test_a_denied_drug_is_no_drug(words):
    card = card_of(problem("x", code={"text": words}))
    assert card["summary"].startswith("No bone drug")


def test_a_ruled_out_diagnosis_tells_of_no_drug():
    refuted = {"coding": [{"code": "refuted"}]}
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    refuted["coding"][0]["system"] = system
    told = osteoporosis("Osteoporosis on denosumab", verificationStatus=refuted)
    assert card_of(told)["summary"].startswith("No bone drug")


def test_the_lists_of_drugs_tell_more_than_words_do():
    given = dose("denosumab", days=60)
    words = osteoporosis("Osteoporosis, receives denosumab")
    assert card_of(given, words)["summary"] == card_of(given)["summary"]


def stay(**members):
    return inpatient() | members


def imaged(**members):
    said = {"status": "available", "started": days_ago(5)}
    return of_patient("ImagingStudy", "mri", **said | members)


ON_DENOSUMAB = {"reasonCode": [{"text": "Prolia last given in March"}]}
ON_BISPHOSPHONATES = {"reasonCode": [codeable(ICD, "Z79.83")]}


@pytest.mark.parametrize("told", [ON_DENOSUMAB, ON_BISPHOSPHONATES])
@pytest.mark.parametrize("entry", [stay, imaged])
def test_a_drug_that_a_stay_or_an_imaging_study_names_is_asked_about(entry, told):
    card = card_of(entry(**told))
    assert "recorded, not understood: ask" in card["summary"]
    assert "o bone drug" not in words_of(card)


def test_an_imaging_study_of_years_ago_says_nothing_of_now():
    card = card_of(imaged(started=days_ago(2000), **ON_DENOSUMAB))
    assert "o bone drug" in words_of(card)


OF_THIS_SIGNING = [
    pytest.param(brace(**ON_DENOSUMAB), id="reason of a brace"),
    pytest.param(brace(note=[{"text": "Prolia last given in March"}]), id="its note"),
    pytest.param(
        drafted(
            "ServiceRequest", "lab", code={"text": "Full blood count"}, **ON_DENOSUMAB
        ),
        id="reason of another order",
    ),
]


@pytest.mark.parametrize("order", OF_THIS_SIGNING)
def test_a_drug_that_another_order_of_the_signing_names_is_asked_about(order):
    cards = by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), order)))
    card = cards["rehabilitation"]
    assert card["summary"].startswith("Denosumab recorded, not understood: ask")
    assert "o bone drug" not in words_of(card)


LEAVING = [
    pytest.param(kyphoplasty_done(**ON_DENOSUMAB), id="reason of the operation"),
    pytest.param(
        kyphoplasty_done(note=[{"text": "Prolia last given in March"}]), id="its note"
    ),
    pytest.param(kyphoplasty_done(**ON_BISPHOSPHONATES), id="by its code"),
]


@pytest.mark.parametrize("operation", LEAVING)
def test_a_drug_that_the_operation_names_is_asked_about_when_leaving(operation):
    (card,) = leave((*chart(coded("M80.08XA")), operation))
    assert "recorded, not understood" in card["summary"]
    assert "o bone drug" not in words_of(card)
