"""Physiotherapy for a knee, a shoulder or vertigo is no rehabilitation of the spine."""

import pytest

from tests.chart_builders import Resource, days_ago, of_patient, ordered
from tests.codes import ICD, codeable
from tests.patients.inpatients import cards_by_topic, chart, coded


def therapy(title: str, *reasons: Resource) -> Resource:
    return of_patient(
        "ServiceRequest",
        "therapy",
        status="active",
        intent="order",
        authoredOn=days_ago(5),
        code={"text": title},
        reasonCode=list(reasons),
    )


def reason(code: str, title: str) -> Resource:
    return codeable(ICD, code) | {"text": title}


def cards(order: Resource) -> dict[str, Resource]:
    review = ordered("bone-treatment", days=2)
    return cards_by_topic(chart(coded("M80.08XA", days=8), review, order))


REFERRAL = "AMB REFERRAL TO PHYSICAL THERAPY"


@pytest.mark.parametrize(
    "order",
    [
        therapy(REFERRAL, reason("M17.0", "Primary osteoarthritis of both knees")),
        therapy(REFERRAL, reason("H81.10", "BPPV (positional vertigo)")),
        therapy("Krankengymnastik Schulter rechts"),
        therapy("Physical therapy, both knees"),
    ],
    ids=["knees", "vertigo", "shoulder", "title"],
)
def test_rehabilitation_is_still_open(order):
    assert "rehabilitation is not" in cards(order)["rehabilitation"]["summary"]


def test_therapy_for_the_spine_is_rehabilitation():
    order = therapy(REFERRAL, reason("M80.08XA", "Compression fracture of L1"))
    assert not cards(order)
