"""A day that is no FHIR date is an open day: the entry may be of these days."""

import json

import pytest

from tests.chart_builders import Asked, days_ago, of_patient
from tests.codes import ATC, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import (
    SERVICE,
    act_ordered,
    discharge,
    everything_arranged,
    kyphoplasty_done,
    pathology,
)
from tests.patients.reassuring import RADIOLOGY

ASKED = Asked()
# Stands for the day until the record is sent: the builders sort by days.
DAY = "2026-11-19T03:33:33Z"
NO_DATES = ["19.11.2026", "11/19/2026", "Nov 19 2026", "yesterday"]
UNTREATED = "recent fracture of T12 perhaps not treated"


def said(written, *entries, **members):
    """Return the summary of the card, and if the page tells the patient to walk."""
    record = chart(
        coded("M80.08XA", days=20),
        kyphoplasty_done(**members),
        *everything_arranged(),
        statement("alendronate", "M05BA04", 1),
        *entries,
    )
    body = json.loads(json.dumps(discharge(record)).replace(DAY, written))
    shown = len(ASKED.log.entries)
    reply = ASKED.client.post(f"/cds-services/{SERVICE}", json=body)
    entry = ASKED.log.entries[shown:]
    summaries = [card["summary"] for card in reply.get_json()["cards"]]
    may_train = entry[0].content["handout"]["mayTrain"] if entry else None
    return "".join(summaries), may_train


def report(words="New fracture T12.", **members):
    told = {
        "status": "final",
        "category": [RADIOLOGY],
        "code": {"text": "X-ray lumbar spine"},
        "effectiveDateTime": days_ago(1),
        "conclusion": words,
    }
    return of_patient("DiagnosticReport", "rep", **told | members)


def prescribed(words, **members):
    told = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": words},
        "authoredOn": DAY,
    }
    return of_patient("MedicationRequest", "rx", **told | members)


@pytest.mark.parametrize("written", NO_DATES)
@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"performedDateTime": DAY}, id="of this stay"),
        pytest.param({"performedDateTime": DAY, "encounter": None}, id="of no stay"),
        pytest.param(
            {"performedDateTime": None, "performedPeriod": {"start": DAY}}, id="start"
        ),
        pytest.param(
            {
                "performedDateTime": None,
                "performedPeriod": {"start": days_ago(2), "end": DAY},
            },
            id="end",
        ),
    ],
)
def test_after_an_operation_of_such_a_day_a_new_fracture_is_asked_about(
    members, written
):
    summary, may_train = said(written, report(), **members)
    assert UNTREATED in summary
    assert may_train is False


@pytest.mark.parametrize("written", ["19.11.2019", "11/19/2023"])
def test_one_of_an_earlier_year_is_no_operation_of_now(written):
    members = {"performedDateTime": DAY, "encounter": None}
    assert said(written, report(), **members) == ("", None)


@pytest.mark.parametrize("written", NO_DATES)
@pytest.mark.parametrize(
    ("entry", "asked"),
    [
        pytest.param(report(effectiveDateTime=DAY), UNTREATED, id="report"),
        pytest.param(report(issued=DAY), UNTREATED, id="issued"),
        pytest.param(
            act_ordered("MRI", "new fracture of T12") | {"authoredOn": DAY},
            "names an injury",
            id="order",
        ),
        pytest.param(
            act_ordered("CT", "pulmonary embolism") | {"occurrenceDateTime": DAY},
            "names an injury or grave illness",
            id="planned",
        ),
        pytest.param(
            act_ordered("Bone biopsy L1") | {"authoredOn": DAY},
            "biopsy result pending",
            id="biopsy",
        ),
        pytest.param(
            prescribed("Vancomycin 1 g IV twice daily for 6 weeks"),
            "spinal infection not excluded",
            id="antibiotic",
        ),
        pytest.param(
            prescribed("Apixaban", reasonCode=[{"text": "pulmonary embolism"}]),
            "names an injury or grave illness",
            id="reason of a drug",
        ),
    ],
)
def test_an_entry_of_such_a_day_may_be_of_these_days(entry, asked, written):
    summary, may_train = said(written, entry)
    assert asked in summary
    assert may_train is False


@pytest.mark.parametrize("written", NO_DATES)
def test_what_is_of_an_open_day_settles_nothing(written):
    training = everything_arranged()[2] | {"authoredOn": DAY, "id": "pt"}
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(), training)
    body = json.loads(json.dumps(discharge(record)).replace(DAY, written))
    reply = ASKED.client.post(f"/cds-services/{SERVICE}", json=body)
    (card,) = reply.get_json()["cards"]
    assert "**Rehabilitation:** not ordered" in card["detail"]


@pytest.mark.parametrize("written", NO_DATES)
def test_a_report_of_such_a_day_settles_no_biopsy_but_its_own(written):
    biopsy = act_ordered("Bone biopsy L1", days=2)
    result = pathology() | {"effectiveDateTime": DAY}
    assert "biopsy result pending" in said(written, biopsy, result)[0]


@pytest.mark.parametrize("written", NO_DATES)
def test_an_ordinary_entry_of_such_a_day_is_not_asked_about(written):
    check = report("Cement L1, no new fracture.", effectiveDateTime=DAY)
    order = act_ordered("Wound care") | {"authoredOn": DAY}
    drug = prescribed("", medicationCodeableConcept=codeable(ATC, "N02BE01"))
    assert said(written, check, order, drug) == ("", True)


@pytest.mark.parametrize("written", NO_DATES)
def test_an_exact_day_of_an_examination_stays(written):
    """Years ago is years ago, whatever is written where it was issued."""
    old = report("Acute fracture of L3.", effectiveDateTime=days_ago(800), issued=DAY)
    assert "fracture of L3" not in said(written, old)[0]
    asked = act_ordered(
        "MRI spine", "New fracture L3", days=800, occurrenceDateTime=DAY
    )
    assert said(written, asked)[0] == ""
