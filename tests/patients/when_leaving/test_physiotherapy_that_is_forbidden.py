"""Next to ordered physiotherapy an order that forbids it is asked about.

FHIR forbids by the element `doNotPerform`. A later order of physiotherapy lifts it.
"""

import pytest

from tests.chart_builders import days_ago, of_patient, ordered
from tests.patients.leaving import cards_beside, leave, leaving_chart

ASKED = "an order forbids physiotherapy. Does physiotherapy know?"
TITLES = (
    "Physiotherapy|Physical therapy|Physiotherapie|Kinésithérapie|Fisioterapia"
    "|Fysiotherapie|Fizjoterapia|理学療法|物理治疗"
)
BY_CODE = ordered("rehabilitation", number="no", days=1, doNotPerform=True)


def forbidden(words="Physiotherapy", *, days=1, **members):
    told = {"status": "active", "intent": "order", "doNotPerform": True}
    told |= {"code": {"text": words}, "authoredOn": days_ago(days)}
    return of_patient("ServiceRequest", "no", **told | members)


@pytest.mark.parametrize("order", [BY_CODE, *map(forbidden, TITLES.split("|"))])
def test_it_is_asked_about(order):
    (card,) = cards_beside(order)
    assert card["summary"].endswith(ASKED)
    assert card["indicator"] == "info"
    assert "ordered; an order forbids physiotherapy" in card["detail"]


@pytest.mark.parametrize(
    "members",
    [
        {"status": "revoked"},
        {"status": "completed"},
        {"status": "entered-in-error"},
        {"doNotPerform": False},
        {"code": {"text": "Blood transfusion"}},
        {"code": {"text": "MRI lumbar spine"}},
        {"occurrencePeriod": {"end": days_ago(1)}},
        {"authoredOn": days_ago(200)},
    ],
)
def test_what_forbids_no_physiotherapy_now_is_not(members):
    assert cards_beside(forbidden(**members)) == []


def test_a_later_order_of_physiotherapy_lifts_it():
    assert cards_beside(forbidden(days=2)) == []


def test_without_an_order_of_physiotherapy_the_older_question_stays():
    (card,) = leave(leaving_chart(forbidden()))
    assert "ordered; an order forbids" not in card["detail"]
    assert "not ordered: an order limits training" in card["detail"]
