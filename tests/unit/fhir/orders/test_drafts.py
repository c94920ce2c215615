"""What orders that are being signed ask for: `test_drafts.toml`."""

import pytest

from cds_service.fhir.near_misses import missed_orders
from cds_service.fhir.orders.augmentation import (
    BOTH,
    BY_TEXT,
    FROM_WORDS,
    OPEN,
    find_augmentation_order,
)
from cds_service.fhir.orders.levels import UNUSUAL_NUMBERING, WEAK_JUNCTION
from cds_service.fhir.orders.recognition import may_concern_us
from cds_service.fhir.orders.support_orders import find_draft_support_orders
from cds_service.outgoing.deadline import Deadline
from tests.order_builders import ORDERS, bundle, signing, terminology
from tests.tables import cases

NOTES = {
    "BOTH": BOTH,
    "BY_TEXT": BY_TEXT,
    "FROM_WORDS": FROM_WORDS,
    "OPEN": OPEN,
    "UNUSUAL_NUMBERING": UNUSUAL_NUMBERING,
    "WEAK_JUNCTION": WEAK_JUNCTION,
}


@pytest.mark.parametrize(
    "case", cases(__file__, "drafts", ORDERS | NOTES), ids=lambda case: case["why"]
)
def test_what_drafts_order(case):
    drafts = signing(bundle(*case["drafts"]))
    found = find_augmentation_order(drafts, terminology())
    assert (found is None) is ("augmentation" not in case)
    for element, expected in case.get("augmentation", {}).items():
        if element == "note":
            assert any(expected in note for note in found.notes), found.notes
        elif element == "because":
            assert set(expected) <= found.reasons
        else:
            value = getattr(found, element)
            assert (list(value) if isinstance(value, tuple) else value) == expected, (
                element
            )
    others = find_draft_support_orders(drafts, terminology())
    assert [one.kind for one in others] == case.get("others", [])
    assert "titles" not in case or [one.title for one in others] == case["titles"]
    if found or others or missed_orders(drafts, terminology()):
        assert concern_us(*case["drafts"])


@pytest.mark.parametrize(
    "title", ["Colonoscopy", "X-ray of the knee", "Knee brace, hinged", ""]
)
def test_an_order_of_another_kind_is_read_no_further(title):
    order = {"resourceType": "ServiceRequest", "code": {"text": title}}
    assert not concern_us(order)
    assert not concern_us(order, {"code": "no order"})
    assert concern_us(
        order, order | {"status": "revoked", "code": {"text": "Kyphoplasty L1"}}
    )


@pytest.mark.parametrize(("count", "read"), [(100, 100), (101, 100)])
def test_of_a_long_list_the_beginning_is_read_and_the_answer_says_so(count, read):
    order = {
        "resourceType": "ServiceRequest",
        "id": "1",
        "code": {"coding": [{"display": "Kyphoplasty L1"}] * count},
    }
    drafts = signing(bundle(order))
    (draft,) = drafts.drafts
    assert len(draft.resource["code"]["coding"]) == read
    assert (drafts.cut != (), draft.source is None) == (count > read, count > read)
    assert concern_us(order)


def concern_us(*orders):
    return may_concern_us(bundle(*orders), terminology(), Deadline.after(60))
