"""Signings with very many words leave the processor of their worker to everybody else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from cds_service import service
from cds_service.errors import TooBusy
from cds_service.fhir.orders.drafts import weight_of_words
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
        pytest.param([kyphoplasty(instantiatesUri=["x" * 9000])], False, id="an id"),
        pytest.param([brace(str(n)) for n in range(199)], True, id="bare orders"),
    ],
)
def test_what_takes_long_to_read(drafts: Any, *, is_long: bool) -> None:
    assert (
        weight_of_words(order_sign([], *drafts)["context"]) == MANY_WORDS
    ) is is_long


def test_words_that_are_no_orders_weigh_nothing() -> None:
    assert weight_of_words("x") == 0
