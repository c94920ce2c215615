"""A tumour, an infection or a deficit that was named of late comes before the cement.

It leads as "not excluded", before a bone drug that goes on, and no training is asked.
"""

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
from tests.codes import ATC, codeable
from tests.patients.reassuring import imaging, selected

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
DAYS = ("onsetDateTime", "recordedDate")
REFERRAL = ("rehabilitation", "Refer to fracture liaison service")


def alendronate():
    said = {"status": "active", "effectivePeriod": {"start": days_ago(3)}}
    said |= {"dateAsserted": days_ago(2)}
    said["medicationCodeableConcept"] = codeable(ATC, "M05BA04")
    return of_patient("MedicationStatement", "alendronate", **said)


ARRANGED = [
    ordered("bone-treatment", days=2),
    ordered("rehabilitation", days=2),
    alendronate(),
]


def cards(*entries, arranged=(), order=None):
    record = [*strong_and_nourished(), *arranged, *entries]
    return by_topic(ask(order_sign(record, order or kyphoplasty())))


def in_words(words, days=3):
    return problem("M54.50", number="words", days=days, code={"text": words})


def suspected(code):
    unsure = codeable(VERIFICATION, "provisional")
    return problem(code, number="open", days=2, verificationStatus=unsure)


def undated(code):
    entry = problem(code, number="undated", days=2)
    return {name: part for name, part in entry.items() if name not in DAYS}


NAMED = [
    pytest.param(
        imaging("Spondylodiscitis L3/4 with epidural abscess"),
        "Spinal infection not excluded",
        id="report of an infection",
    ),
    pytest.param(
        imaging("Multiple bone metastases, pathological fracture L1"),
        "Malignancy of bone not excluded",
        id="report of a tumour",
    ),
    pytest.param(
        imaging("Cauda equina syndrome due to a retropulsed fragment L1"),
        "New neurological deficit not excluded",
        id="report of a deficit",
    ),
    pytest.param(in_words("V. a. Spondylodiszitis L1"), "Spinal infection", id="V. a."),
    pytest.param(in_words("Lytic lesion L1"), "Malignancy of bone", id="lesion"),
    pytest.param(in_words("klapvoet links"), "Foot drop", id="klapvoet"),
    pytest.param(suspected("M46.46"), "Spinal infection", id="M46.46"),
    pytest.param(suspected("C90.00"), "Malignancy of bone", id="C90.00"),
    pytest.param(suspected("G83.4"), "New neurological deficit", id="G83.4"),
    pytest.param(undated("A41.9"), "Sepsis not excluded", id="A41.9"),
]


@pytest.mark.parametrize(("entry", "said"), NAMED)
def test_what_was_named_of_late_leads(entry, said):
    for arranged in ((), ARRANGED):
        card = cards(entry, arranged=arranged)["rehabilitation"]
        assert card["summary"].startswith(said)
        assert "walk by next day" not in card["detail"]
        assert "nothing to change" not in card["detail"]
        # F1, F2, F6 and F7 alone withhold the fracture liaison service (E10).
        is_deficit = said.startswith(("New neurological deficit", "Foot drop"))
        chosen = {REFERRAL} if is_deficit else set()
        assert selected({"rehabilitation": card}) <= chosen


@pytest.mark.parametrize("element", ["note", "orderDetail", "reasonCode"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("V.a. Spondylodiszitis L1", "Spinal infection"),
        ("suspected cauda equina", "eurological deficit"),
        ("pathological fracture L1", "Malignancy of bone"),
    ],
)
def test_what_the_order_itself_names_leads(element, words, said):
    order = kyphoplasty(**{element: [{"text": words}]})
    card = cards(arranged=ARRANGED, order=order)["rehabilitation"]
    assert said in card["summary"]
    assert "walk by next day" not in card["detail"]


def test_a_note_that_was_not_understood_hides_no_lesion():
    order = kyphoplasty(note=[{"text": "prefers Tuesday, see xyz"}])
    card = cards(in_words("Lytic lesion L1"), arranged=ARRANGED, order=order)
    assert "Malignancy of bone" in card["rehabilitation"]["summary"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(problem("G83.4", number="old", days=2000), id="old deficit"),
        pytest.param(problem("R33.9", number="old", days=60), id="older retention"),
        pytest.param(problem("G81.90", number="old", days=900), id="old hemiplegia"),
        pytest.param(problem("A41.9", number="old", days=60), id="older sepsis"),
        pytest.param(in_words("V.a. Plasmozytom", days=900), id="old suspicion"),
        pytest.param(imaging("Fresh L1 fracture. No metastasis."), id="denied"),
        pytest.param(problem("Z12.31", number="screen", days=9), id="screening"),
    ],
)
def test_what_is_old_or_denied_does_not_lead(entry):
    summary = cards(entry)["rehabilitation"]["summary"]
    assert "before the procedure" not in summary
    assert "examine" not in summary


@pytest.mark.parametrize("code", ["G82.50", "G82.53", "G82.40", "G82.20"])
def test_a_tetraplegia_weighs_as_much_as_a_paraplegia(code):
    card = cards(problem(code, number="deficit", days=2))["rehabilitation"]
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Neurological deficit")
    older = cards(problem(code, number="deficit", days=20))["rehabilitation"]
    assert "eurological deficit not excluded" in older["summary"]
    assert "walk by next day" not in older["detail"]


@pytest.mark.parametrize(
    "words",
    ["tetraplegia", "Tetraplegie", "tetraparesis", "四肢麻痺", "cannot move legs"],
)
def test_words_of_a_tetraplegia_warn(words):
    assert cards(in_words(words))["rehabilitation"]["indicator"] == "warning"


@pytest.mark.parametrize("code", ["G83.0", "G81.90", "R15.9", "N31.9", "R33.9"])
def test_what_may_be_a_deficit_of_these_weeks_is_open(code):
    card = cards(problem(code, number="deficit", days=20), arranged=ARRANGED)
    assert "eurological deficit not excluded" in card["rehabilitation"]["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "unstable burst fracture L1",
        "Chance fracture L1",
        "instabile Berstungsfraktur LWK 1",
        "fractura inestable L1",
        "L1不稳定骨折",
    ],
)
def test_a_diagnosis_in_words_of_an_unstable_fracture_is_not_trained(words):
    card = cards(in_words(words))["rehabilitation"]
    assert "walk by next day" not in card["detail"]
    reason = kyphoplasty(reasonCode=[{"text": words}])
    assert "walk by next day" not in cards(order=reason)["rehabilitation"]["detail"]
