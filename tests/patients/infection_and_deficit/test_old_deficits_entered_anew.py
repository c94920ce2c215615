"""A deficit that was entered this week, and of which something tells that it is old.

The day of an entry is no onset: it is new if its onset is of these days, or if nothing
on record tells of an earlier time.
"""

import pytest

from tests.chart_builders import days_ago, of_patient, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, imaging

ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
OPEN = "new neurological deficit not excluded"
CAUDA = codeable(ICD, "G83.4")
ACT = "examine; is augmentation alone enough?"


def entered(title="foot drop", *, number="now", **members):
    said = {"code": {"text": title}, "recordedDate": days_ago(3)}
    return problem("x", number=number, **said | members)


def earlier(title="foot drop", **members):
    dates = {"recordedDate": "2010-01-01", "onsetDateTime": "2009-05"}
    return entered(title, number="earlier", **dates | members)


def noted(words):
    return [{"text": words}]


def assert_open(card):
    assert OPEN in card["detail"]
    assert "may be new" in card["detail"]
    assert ACT not in card["summary"]
    assert "below the usual" not in card["detail"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"onsetString": "since 2005"}, id="onset-in-words"),
        pytest.param({"onsetString": "for many years"}, id="many-years"),
        pytest.param({"onsetString": "since childhood"}, id="childhood"),
        pytest.param({"onsetDateTime": "2005"}, id="onset"),
        pytest.param({"onsetAge": {"value": 40, "code": "a"}}, id="age"),
        pytest.param(
            {"onsetPeriod": {"start": "2009", "end": days_ago(3)}}, id="period"
        ),
        pytest.param({"note": noted("chronic, unchanged")}, id="note"),
        pytest.param({"note": noted("known since 2012")}, id="note-with-a-year"),
        pytest.param({"note": noted("Folge des Unfalls, seit 2009")}, id="note-german"),
        pytest.param(
            {"extension": [{"url": ASSERTED, "valueDateTime": "2010-03-01"}]},
            id="asserted",
        ),
        pytest.param({"code": codeable(ICD, "S34.3XXS")}, id="sequela-by-code"),
        pytest.param({"code": CAUDA | {"text": "chronic cauda equina"}}, id="coded"),
    ],
)
def test_one_that_calls_itself_old_may_be_new(members):
    assert_open(card_of(entered(**members)))


@pytest.mark.parametrize(
    "title",
    [
        "chronic foot drop",
        "longstanding paraparesis",
        "residual paraparesis",
        "sequela of cauda equina syndrome",
        "known foot drop",
        "foot drop since childhood",
        "bekannte Fußheberparese",
        "alte Fußheberparese",
        "pied tombant connu",
        "pie caído antiguo",
        "piede cadente cronico",
        "陈旧性足下垂",
    ],
)
def test_a_title_that_calls_it_old_leaves_it_open(title):
    assert_open(card_of(entered(title)))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(earlier(), id="active"),
        pytest.param(earlier(clinicalStatus=codeable(CLINICAL, "resolved")), id="over"),
        pytest.param(earlier("chronic foot drop", recordedDate=None), id="chronic"),
        pytest.param(imaging("Foot drop, L5 lesion.", days=3000), id="report"),
        pytest.param(
            of_patient(
                "Procedure",
                "orthosis",
                status="completed",
                code={"text": "ankle foot orthosis"},
                performedDateTime="2011-02-01",
                reasonCode=[{"text": "foot drop"}],
            ),
            id="reason",
        ),
    ],
)
def test_an_earlier_entry_of_it_leaves_one_without_an_onset_open(other):
    assert_open(card_of(entered(), other))


def test_an_earlier_entry_of_the_same_code_leaves_it_open():
    older = problem("x", number="earlier", code=CAUDA, recordedDate="2012-01-01")
    assert_open(card_of(entered(code=CAUDA), older))


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([entered()], id="first-trace"),
        pytest.param([entered("foot drop, not known before")], id="not-known"),
        pytest.param(
            [entered(onsetDateTime=days_ago(2)), earlier()], id="onset-of-these-days"
        ),
        pytest.param([entered("new foot drop"), earlier()], id="called-new"),
        pytest.param(
            [entered(clinicalStatus=codeable(CLINICAL, "recurrence")), earlier()],
            id="come-again",
        ),
        pytest.param(
            [entered(), imaging("No foot drop.", days=900)], id="denied-earlier"
        ),
        pytest.param(
            [entered(), imaging("Foot drop?", days=900)], id="only-asked-earlier"
        ),
        pytest.param(
            [entered("cauda equina syndrome"), earlier()], id="another-deficit"
        ),
        pytest.param(
            [entered(note=noted("MRI 2019 without stenosis"))], id="year-of-an-image"
        ),
        pytest.param([entered("foot drop, chronic back pain")], id="chronic-pain"),
    ],
)
def test_one_of_these_days_is_still_new(entries):
    card = card_of(*entries)
    assert card["indicator"] == "warning"
    assert ACT in card["summary"]


def test_an_old_one_that_was_entered_long_ago_gains_no_line():
    card = card_of(entered("chronic foot drop", recordedDate="2010-01-01"))
    assert OPEN not in card["detail"]
