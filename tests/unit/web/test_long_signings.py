"""Signings with very many words leave the processor of their worker to everybody else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from cds_service import service
from cds_service.fhir.orders.drafts import has_many_words
from cds_service.settings import Settings
from tests.chart_builders import Asked, brace, drafted, kyphoplasty, order_sign
from tests.waiting import wait_until

AT_ONCE = Settings().reads_of_one_ehr // 2
PROSE = "Old fracture of L1, pain since the fall, wear the brace for six weeks. "


def signing(words: str = "") -> dict[str, Any]:
    notes = [{"text": words}] if words else None
    body = order_sign([], kyphoplasty(note=notes), brace())
    return body | {"hookInstance": str(uuid4())}


def test_long_signings_beyond_two_are_told_at_once_and_others_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released, reading = threading.Event(), []
    read = service.read_drafts

    def held(drafts: Any, *rest: Any) -> Any:
        if has_many_words(drafts):
            reading.append(drafts)
            released.wait(20)
        return read(drafts, *rest)

    monkeypatch.setattr(service, "read_drafts", held)
    asked = Asked(deadline=30)
    with ThreadPoolExecutor(AT_ONCE) as ehr:
        long = [ehr.submit(asked.post, signing(PROSE * 100)) for _ in range(AT_ONCE)]
        wait_until(lambda: len(reading) == AT_ONCE)
        refused = [asked.post(signing(PROSE * 100)) for _ in range(30)]
        other = asked.post(signing("For six weeks."))
        released.set()
        assert {one.result().status_code for one in long} == {200}
    assert {one.status_code for one in refused} == {503}
    assert refused[0].json["issue"][0]["code"] == "transient"
    assert len(reading) == AT_ONCE
    assert (other.status_code, len(other.json["cards"])) == (200, 2)
    # a place is free again
    assert asked.post(signing(PROSE * 100)).status_code == 200


def test_another_order_with_many_words_is_not_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Asked(deadline=30)
    monkeypatch.setattr(service, "_take_long_text", lambda _: pytest.fail("asked"))
    code = {"text": "X-ray of the chest"}
    xray = drafted("ServiceRequest", "x", code=code, note=[{"text": PROSE * 100}])
    answer = asked.post(order_sign([], xray))
    assert (answer.status_code, answer.json) == (200, {"cards": []})


@pytest.mark.parametrize(
    ("drafts", "are_many"),
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
        pytest.param("x", False, id="no orders"),
    ],
)
def test_what_takes_long_to_read(drafts: Any, *, are_many: bool) -> None:
    assert has_many_words(drafts) is are_many
