"""CH-49 to CH-51: which feedback is taken, and which is refused."""

from uuid import uuid4

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from tests.live_service import DISCOVERY, FEEDBACK
from tests.signings import empty_prefetch, kyphoplasty, order_sign, person
from tests.tables import cases

ASKED = "answered-1"  # nobody else's: what is answered changes what is said later
MOMENT = "2026-11-20T09:00:00.685Z"
REASON = {
    "code": "patientDeclines",
    "system": "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason",
}


@pytest.fixture(scope="module")
def card(service, templates):
    """A card with suggestions that the service just answered."""
    prefetch = empty_prefetch(templates, patient=person(ASKED))
    cards = service.cards(
        order_sign(kyphoplasty(ASKED), patient=ASKED, prefetch=prefetch)
    )
    return next(one for one in cards if "suggestions" in one)


def accepted(card, *suggestions):
    ids = [{"id": one["uuid"]} for one in suggestions]
    return {
        "card": card["uuid"],
        "outcome": "accepted",
        "acceptedSuggestions": ids,
        "outcomeTimestamp": MOMENT,
    }


def overridden(card, **why):
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": MOMENT}
    return item | ({"overrideReason": why} if why else {})


def send(service, *items, **members):
    return service.post({"feedback": list(items), **members}, FEEDBACK)


def is_taken(reply):
    return 200 <= reply.status < 300


def test_ch_49_every_kind_of_feedback_is_taken_and_the_same_again(service, card):
    first, *rest = card["suggestions"]
    earlier = overridden(card) | {"outcomeTimestamp": "2026-11-19T07:00:00Z"}
    for items in (
        [],
        [accepted(card, first)],
        [accepted(card, first, *rest), overridden(card)],
        [overridden(card, reason=REASON, userComment="no")],
        [overridden(card, userComment="no"), accepted(card, first)],
        [earlier | {"extension": {"org.example": 1}, "else": None}],
        [overridden(card, reason=REASON)] * 2,
    ):
        for _ in range(2):
            assert is_taken(send(service, *items, more=[])), items


@pytest.mark.parametrize(
    ("change", "place"), cases(__file__, "items_that_lack_something")
)
def test_ch_50_an_item_that_lacks_something_is_refused_by_its_place(
    service, card, change, place
):
    good = accepted(card, card["suggestions"][0])
    bad = {
        name: value for name, value in {**good, **change}.items() if value is not None
    }
    reply = send(service, good, bad)
    assert reply.status == 400
    (issue,) = OperationOutcome.model_validate(reply.json()).issue
    assert "feedback.1" in issue.details.text
    assert place in issue.details.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"feedback": {}}',
        b'{"feedback": null}',
        b'{"feedback": [1]}',
    ],
)
def test_ch_50_what_is_no_feedback_is_refused(service, body):
    reply = service.post(body, FEEDBACK)
    assert reply.status == 400
    assert reply.json()["resourceType"] == "OperationOutcome"


def test_ch_51_an_unknown_card_costs_nothing(service, card):
    unknown = overridden({"uuid": str(uuid4())})
    assert is_taken(
        send(service, unknown, overridden({"uuid": "card-7"}), overridden(card))
    )


def test_ch_49_the_case_of_an_id_says_nothing(service, card):
    """RFC 9562, section 4: a UUID is written in lower case, and read in either."""
    (first, *_) = card["suggestions"]
    shouted = accepted(card, first) | {
        "card": card["uuid"].upper(),
        "acceptedSuggestions": [{"id": first["uuid"].upper()}],
    }
    assert is_taken(send(service, shouted))


def test_ch_51_an_unknown_service_is_404(service, card):
    reply = service.post(
        {"feedback": [overridden(card)]}, f"{DISCOVERY}/other/feedback"
    )
    assert reply.status == 404
    assert reply.json()["resourceType"] == "OperationOutcome"


def test_ch_51_a_reason_needs_neither_display_nor_a_place_in_our_list(service, card):
    assert is_taken(send(service, overridden(card, reason=REASON)))
    assert is_taken(
        send(
            service,
            overridden(card, reason={"code": "reason-1", "system": "urn:rec:reasons"}),
        )
    )
    assert is_taken(send(service, overridden(card, reason={"code": "notOsteoporotic"})))
