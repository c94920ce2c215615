"""Signings with very many words leave the processor of their worker to everybody else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from cds_service import service
from cds_service.errors import TooBusy
from cds_service.fhir.orders.order_lengths import weight_of_words
from cds_service.places import MANY_WORDS, places_for_words
from cds_service.settings import Settings
from cds_service.web.http_server import THREADS
from tests.chart_builders import Asked, brace, drafted, kyphoplasty, order_sign
from tests.waiting import wait_until

AT_ONCE = Settings().reads_of_one_ehr // 2
FEW_WORDS = 500
PROSE = "Old fracture of L1, pain since the fall, wear the brace for six weeks. "


def signing(words: str = "") -> dict[str, Any]:
    notes = [{"text": words}] if words else None
    body = order_sign([], kyphoplasty(note=notes), brace())
    return body | {"hookInstance": str(uuid4())}


class Held:
    """Holds every signing with words while its orders are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.released, self.reading = threading.Event(), 0
        self._read = service.read_drafts
        monkeypatch.setattr(service, "read_drafts", self.read)

    def read(self, drafts: Any, *rest: Any) -> Any:
        if weight_of_words(drafts) > FEW_WORDS:
            self.reading += 1
            self.released.wait(20)
        return self._read(drafts, *rest)


@pytest.mark.parametrize(
    ("words", "at_once"),
    [
        pytest.param(PROSE * 100, AT_ONCE, id="long"),
        pytest.param(PROSE * 25, AT_ONCE, id="just under the limit"),
        pytest.param(PROSE * 14, 2 * AT_ONCE, id="half"),
    ],
)
def test_signings_with_many_words_are_few_at_once_and_others_are_answered(
    monkeypatch: pytest.MonkeyPatch, words: str, at_once: int
) -> None:
    held = Held(monkeypatch)
    asked = Asked(deadline=30)
    with ThreadPoolExecutor(at_once) as ehr:
        long = [ehr.submit(asked.post, signing(words)) for _ in range(at_once)]
        wait_until(lambda: held.reading == at_once)
        refused = [asked.post(signing(words)) for _ in range(30)]
        other = asked.post(signing("For six weeks."))
        held.released.set()
        assert {one.result().status_code for one in long} == {200}
    assert {one.status_code for one in refused} == {503}
    assert refused[0].json["issue"][0]["code"] == "transient"
    assert held.reading == at_once
    assert (other.status_code, len(other.json["cards"])) == (200, 2)
    refusals = [entry for entry in asked.log.entries if entry.kind == "refusal"]
    assert [entry.reason for entry in refusals] == ["too-busy"] * 30
    # a place is free again
    assert asked.post(signing(words)).status_code == 200


def test_as_many_usual_signings_as_a_worker_has_threads_find_their_places() -> None:
    places = places_for_words(Settings().reads_of_one_ehr)
    orders = signing("For six weeks.")["context"]["draftOrders"]
    for _ in range(THREADS):
        places.take(weight_of_words(orders), "a")


def test_the_words_of_one_ehr_leave_places_to_another() -> None:
    places = places_for_words(Settings().reads_of_one_ehr)
    for ehr in "aabbc":
        places.take(MANY_WORDS, ehr)
    for ehr in "abcd":
        with pytest.raises(TooBusy):
            places.take(MANY_WORDS, ehr)


def test_a_single_long_signing_always_finds_its_places() -> None:
    places_for_words(1).take(MANY_WORDS, "a")


def test_another_order_with_many_words_is_not_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Asked(deadline=30)
    monkeypatch.setattr(service, "weight_of_words", lambda _: pytest.fail("asked"))
    code = {"text": "X-ray of the chest"}
    xray = drafted("ServiceRequest", "x", code=code, note=[{"text": PROSE * 100}])
    answer = asked.post(order_sign([], xray))
    assert (answer.status_code, answer.json) == (200, {"cards": []})


@pytest.mark.parametrize(
    ("drafts", "is_long"),
    [
        pytest.param([kyphoplasty(), brace()], False, id="usual"),
        pytest.param([kyphoplasty(note=[{"text": PROSE}])], False, id="a note"),
        pytest.param([kyphoplasty(note=[{"text": PROSE * 50}])], True, id="long"),
        pytest.param(
            [kyphoplasty(note=[{"text": PROSE}] * 50)], True, id="many of one order"
        ),
        pytest.param(
            [brace(str(n), note=[{"text": PROSE}]) for n in range(50)],
            True,
            id="many orders",
        ),
        pytest.param(
            [kyphoplasty(note=[{"text": "x"}] * 200)], True, id="many short ones"
        ),
        pytest.param(
            [kyphoplasty(note=[{"text": "腰椎骨折" * 900}])], True, id="no blanks"
        ),
        pytest.param([kyphoplasty(implicitRules="x" * 90)], False, id="an address"),
        pytest.param([kyphoplasty(implicitRules="x" * 9000)], True, id="too long"),
        pytest.param([brace(str(n)) for n in range(199)], True, id="bare orders"),
    ],
)
def test_what_takes_long_to_read(drafts: Any, *, is_long: bool) -> None:
    assert (
        weight_of_words(order_sign([], *drafts)["context"]) == MANY_WORDS
    ) is is_long


# Places in an order, each with room for an element of any name.
PLACES = {
    "the order": lambda element: element,
    "an extension": lambda element: {"extension": [{"url": "http://x", **element}]},
    "a note": lambda element: {"note": [{"time": "2026-11-20", **element}]},
    "a coding": lambda element: {"orderDetail": [{"coding": [element]}]},
    "a reason": lambda element: {"reasonCode": [element]},
    "a contained resource": lambda element: {
        "contained": [{"resourceType": "Basic", "id": "c", **element}]
    },
}
BETWEEN_WORDS = [" ", "\n", "\t", ",", ";", ".", "/", "|", "-", "_", "\u3000", "、"]
WORDS = ("kyphoplasty", "L1", "L2", "no", "metastasis")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("between", BETWEEN_WORDS)
def test_many_words_are_long_in_any_element_and_between_any_signs(
    place: str, between: str
) -> None:
    words = between.join(WORDS * 70)
    names = ("valueString", "title", "value", "x-made-up", "text", "id", "url", "code")
    for name in names:
        for value in (words, [words], [[words]]):
            order = kyphoplasty() | PLACES[place]({name: value})
            assert weight_of_words(order_sign([], order)["context"]) == MANY_WORDS


@pytest.mark.parametrize("place", PLACES)
def test_many_short_texts_are_long_between_any_signs(place: str) -> None:
    for between in BETWEEN_WORDS:
        text = between.join(WORDS)
        order = kyphoplasty() | PLACES[place]({"valueString": [text] * 100})
        assert weight_of_words(order_sign([], order)["context"]) == MANY_WORDS


@pytest.mark.parametrize("place", PLACES)
def test_what_every_order_has_beside_its_words_weighs_little(place: str) -> None:
    beside = {
        "url": "http://hl7.org/fhir/StructureDefinition/workflow-reasonReference",
        "reference": "Condition/6f1ff0e5-3b5c-4e0c-9b0b-0a1f8f1f7f10",
        "code": "22514",
        "authoredOn": "2026-11-20T10:15:00+01:00",
        "data": "JVBERi0xLjcK" * 9000,  # a file, as base64
    }
    bare = weight_of_words(order_sign([], kyphoplasty())["context"])
    full = kyphoplasty() | PLACES[place](beside)
    assert weight_of_words(order_sign([], full)["context"]) <= bare + FEW_WORDS // 5


def test_words_that_are_no_orders_weigh_nothing() -> None:
    assert weight_of_words("x") == 0
