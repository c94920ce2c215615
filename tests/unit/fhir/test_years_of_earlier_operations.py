"""An operation of a year before that of its order is over, whatever the year."""

import pytest

from cds_service.fhir.orders.levels.treated_levels import text_levels
from tests.builders import terminology


def levels(words, authored):
    order = {"resourceType": "ServiceRequest", "authoredOn": authored}
    return text_levels([words], terminology(), order)


@pytest.mark.parametrize(
    ("words", "authored", "treated"),
    [
        ("Kyphoplasty L1; kyphoplasty L4 2024", "2026-11-20", {"L1"}),
        ("Kyphoplasty L1; kyphoplasty L4 2026", "2027-02-01T08:00:00Z", {"L1"}),
        ("Kyphoplasty L1; kyphoplasty L4 2031", "2034-02-01", {"L1"}),
        ("Kyphoplasty L1; kyphoplasty L4 2026", "2026-11-20", {"L1", "L4"}),
        ("Kyphoplasty L1; kyphoplasty L4 2027", "2026-11-20", {"L1", "L4"}),
        ("Kyphoplasty L1; kyphoplasty L4 2025", "", {"L1"}),
        ("Kyphoplasty L1; kyphoplasty L4 2027", None, {"L1", "L4"}),
    ],
)
def test_the_year_of_the_order_decides(words, authored, treated):
    assert levels(words, authored) == treated
