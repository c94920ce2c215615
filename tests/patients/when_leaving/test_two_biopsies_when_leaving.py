"""Two biopsies are two at discharge: the report of one tells nothing of the other."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import (
    V2_0074,
    everything_arranged,
    leave,
    leaving_chart,
    pathology,
)

PENDING = "biopsy result pending"


def sent(title, number="l1", days=2):
    return of_patient(
        "ServiceRequest",
        number,
        status="active",
        intent="order",
        code={"text": title},
        authoredOn=days_ago(days),
    )


def taken(title, order="", days=2):
    named = {"basedOn": [{"reference": f"ServiceRequest/{order}"}]} if order else {}
    return of_patient(
        "Procedure",
        "taken",
        status="completed",
        code={"text": title},
        performedDateTime=days_ago(days),
        **named,
    )


def back(order="", *, number="path", says="No malignancy.", title="Pathology report"):
    report = pathology(order=order, number=number)
    return report | {"conclusion": says, "code": {"text": title}}


def cards_with(*entries):
    drug = statement("alendronate", "M05BA04", 1)
    return leave(leaving_chart(*everything_arranged(), drug, *entries))


def leaving(*entries):
    return [card["summary"] for card in cards_with(*entries)]


L1 = sent("Biopsy L1")
OTHERS = [
    pytest.param(sent("Biopsy T8", "other"), id="another vertebra"),
    pytest.param(sent("Biopsy T8", "other", days=1), id="a day later"),
    pytest.param(sent("Bone marrow biopsy", "other"), id="marrow"),
    pytest.param(sent("Beckenkammbiopsie", "other"), id="iliac crest"),
]


@pytest.mark.parametrize("other", OTHERS)
def test_a_report_settles_the_order_that_it_names(other):
    (said,) = leaving(L1, other, back("l1"))
    assert PENDING in said
    both = back("l1"), back("other", number="second")
    assert not any(PENDING in said for said in leaving(L1, other, *both))


@pytest.mark.parametrize("other", OTHERS)
def test_a_report_that_names_no_order_settles_one(other):
    (said,) = leaving(L1, other, back())
    assert PENDING in said


def test_two_such_reports_settle_two():
    second = sent("Biopsy T8", "other")
    assert leaving(L1, second, back(), back(number="second")) == []


def test_a_vertebra_that_a_report_names_says_which_it_is():
    of_another = back(says="Vertebral body T8: no malignancy.")
    (card,) = cards_with(L1, of_another)
    assert "**Biopsy:** pending" in card["detail"]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param((L1, sent("Biopsy L1", "twice")), id="two entries of one day"),
        pytest.param((taken("Biopsy L1"), L1), id="ordered and taken"),
        pytest.param((taken("Vertebral biopsy", "l1"), L1), id="named by its order"),
    ],
)
@pytest.mark.parametrize("report", [back(), back("l1")])
def test_one_biopsy_that_was_entered_twice_is_one(entries, report):
    assert leaving(*entries, report) == []


def test_an_order_that_nobody_carried_out_is_pending_beside_one_that_was_taken():
    second = sent("Biopsy T8", "other")
    (said,) = leaving(taken("Biopsy L1", "l1"), L1, second, back("l1"))
    assert PENDING in said


def test_the_histology_is_not_the_culture():
    order = sent("Biopsy L1: histology and culture")
    (said,) = leaving(order, back("l1"))
    assert PENDING in said
    grown = back("l1", says="No malignancy. Culture: no growth.")
    assert not any(PENDING in said for said in leaving(order, grown))


def test_a_culture_of_urine_is_none_of_a_vertebra():
    """Some sites file all cultures under pathology."""
    urine = back(number="urine", says="No growth.", title="Urine culture")
    (said,) = leaving(sent("Biopsy L1 with culture"), back("l1"), urine)
    assert PENDING in said


def test_a_specimen_of_another_organ_is_none_of_a_vertebra():
    grown = back(number="urine", says="No growth.", title="Culture")
    grown |= {"specimen": [{"display": "Urine"}]}
    (said,) = leaving(sent("Biopsy L1 with culture"), back("l1"), grown)
    assert PENDING in said


def test_a_grave_report_without_an_order_is_told_whichever_biopsy_it_settles():
    second = sent("Biopsy T8", "other")
    grave = back(says="Metastasis of a breast carcinoma.")
    (said,) = leaving(L1, second, grave)
    assert "the biopsy names a malignancy" in said


def test_a_microbiology_report_is_no_histology():
    grown = of_patient(
        "DiagnosticReport",
        "mb",
        status="final",
        category=[codeable(V2_0074, "MB")],
        code={"text": "Microbiology"},
        conclusion="No growth.",
        effectiveDateTime=days_ago(0),
    )
    (said,) = leaving(L1, grown)
    assert PENDING in said
