"""A list with thousands of broken entries is counted whole, and named in part."""

import json

import pytest

from cds_service.call import Ports
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import answer
from tests.chart_builders import (
    HOOK,
    NOW,
    KeptEntries,
    kyphoplasty,
    of_patient,
    open_service,
    order_sign,
    thin_and_weak,
)


def answer_with_broken(resource_type, count, **members):
    """Summaries and audit entry of a signing with so many broken resources on record."""
    broken = [
        of_patient(resource_type, f"broken{number}", **members)
        for number in range(count)
    ]
    body = order_sign([*thin_and_weak(), *broken], kyphoplasty())
    service, log = open_service(), KeptEntries()
    ports = Ports(
        clock=lambda: NOW,
        fhir=None,
        audit=log,
        deadline=Deadline.after(600),
        base_url="http://127.0.0.1",
    )
    request = parse_request(json.dumps(body).encode(), "order-sign")
    response = answer(service, service.hooks[HOOK], request, ports)
    (entry,) = log.entries
    return [card.summary for card in response.cards], entry.content


@pytest.mark.parametrize(
    ("resource_type", "members"),
    [
        pytest.param("Condition", {"code": ["x"]}, id="problems"),
        pytest.param(
            "MedicationRequest",
            {"status": "active", "medicationCodeableConcept": ["x"]},
            id="orders of drugs",
        ),
        pytest.param("Procedure", {"status": "completed", "code": ["x"]}, id="acts"),
    ],
)
def test_all_are_counted_and_twenty_are_named(resource_type, members):
    summaries, few = answer_with_broken(resource_type, 20, **members)
    same_summaries, many = answer_with_broken(resource_type, 2000, **members)
    assert summaries == same_summaries
    assert many["record"]["unreadable"] == 2000
    # Only numbers differ.
    assert len(json.dumps(many, default=str)) < len(json.dumps(few, default=str)) + 100
