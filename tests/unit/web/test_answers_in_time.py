"""What is not ready when its time is over does not leave: 503, and no entry says that a card was shown."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cds_service.call import Ports
from cds_service.errors import AuditUnavailable, DeadlinePassed
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import answer
from tests.audit_builders import uuid_of
from tests.chart_builders import (
    HOOK,
    HOOK_INSTANCE,
    NOW,
    PATIENT,
    Asked,
    KeptEntries,
    brace,
    kyphoplasty,
    measured,
    open_service,
    order_sign,
    patient,
)

SIGNED = order_sign([patient()], kyphoplasty())
LOOKS = 80  # more than an answer takes at its deadline


def test_an_answer_that_takes_longer_than_its_time_is_none():
    def slow(*arguments):
        time.sleep(0.35)
        return answer(*arguments)

    asked = Asked(flow=slow, deadline=0.3)
    assert asked.post(SIGNED).status_code == 503
    assert [(entry.kind, entry.reason) for entry in asked.log.entries] == [
        ("refusal", "deadline-passed")
    ]


@dataclass(frozen=True, slots=True)
class Ending(Deadline):
    """Ends once it was looked at so often."""

    looks: Iterator[bool]

    @property
    def left(self) -> float:
        return 60.0 if next(self.looks, False) else -0.001

    def check(self) -> None:
        if self.left < 0:
            raise DeadlinePassed("It ended at this look.")

    def for_reading(self) -> Deadline:
        return Deadline.after(60)


def test_whenever_the_time_ends_there_is_neither_an_answer_nor_an_entry_of_one():
    whole, request = (
        open_service(),
        parse_request(json.dumps(SIGNED).encode(), "order-sign"),
    )
    outcomes = []
    for looks in range(LOOKS):
        log, deadline = KeptEntries(), Ending(0, 0, iter([True] * looks))
        ports = Ports(
            clock=lambda: NOW,
            fhir=None,
            audit=log,
            deadline=deadline,
            base_url="http://127.0.0.1:8080",
        )
        try:
            cards = answer(whole, whole.hooks[HOOK], request, ports).cards
        except DeadlinePassed:
            cards = ()
        outcomes.append((len(cards) > 0, len(log.entries)))
    late = outcomes.index((True, 1))
    assert late >= 3  # after the record, after the figures, after the cards
    assert outcomes == [(False, 0)] * late + [(True, 1)] * (LOOKS - late)


class SlowLog(KeptEntries):
    """Takes 50 ms for an entry, and a second for those of one call."""

    def append(self, entry, until=None):
        time.sleep(0.05)
        super().append(entry, until)

    def append_together(self, entries, until=None):
        time.sleep(min(1, max(0, until.left)))
        if until.left <= 0:
            raise AuditUnavailable("The audit entry could not be written.")
        self.entries += entries


@pytest.mark.parametrize(("seconds", "status"), [(0.5, 503), (60, 200)])
def test_feedback_that_cannot_be_kept_in_time_is_asked_for_again(seconds, status):
    statement = {"outcome": "overridden", "outcomeTimestamp": "2026-11-20T09:00:00Z"}
    statements = [{"card": uuid_of(number), **statement} for number in range(40)]
    asked = Asked(log=SlowLog(), deadline=seconds)
    response = asked.post({"feedback": statements}, "/feedback")
    assert response.status_code == status
    assert ("Retry-After" in response.headers) == (status == 503)
    assert len(asked.log.entries) == (40 if status == 200 else 0)


LONG = [f"L1 {number} " + "L1 L2, old T12 " * 130 for number in range(100)]
IN_ORDERS = {
    "sites": {"bodySite": [{"text": words} for words in LONG]},
    "reasons": {"reasonCode": [{"text": words} for words in LONG]},
    "details": {"orderDetail": [{"text": words} for words in LONG]},
    "notes": {"note": [{"text": words} for words in LONG]},
}


@pytest.mark.parametrize("members", IN_ORDERS.values(), ids=IN_ORDERS)
def test_no_words_of_an_order_are_read_when_the_time_is_over(members):
    """Nor once more for the entry of the refusal. Processor time does not know of other work here."""
    asked = Asked(deadline=0.3)
    asked.post(SIGNED)
    orders = [kyphoplasty(number=f"k{number}") | members for number in range(8)]
    body = order_sign([patient()], *orders)
    began = time.process_time()
    assert asked.post(body).status_code in {200, 503}
    assert time.process_time() - began < 1.5


class LogOfTimes(KeptEntries):
    """Keeps how much time the answer had when its entry came."""

    def __init__(self):
        super().__init__()
        self.left = []

    def append(self, entry, until=None):
        self.left.append(until.left)
        super().append(entry, until)


def test_orders_that_take_too_long_are_refused_while_the_caller_waits():
    asked = Asked(deadline=1.5, log=LogOfTimes())
    asked.post(SIGNED)
    words = "no brace needed, odd support after TLSO without end " * 150
    orders = [
        brace(f"b{number}", note=[{"text": f"{number} {words}"}])
        for number in range(199)
    ]
    body = order_sign([patient()], kyphoplasty(), *orders)
    assert asked.post(body).status_code == 503
    assert [entry.kind for entry in asked.log.entries] == ["answer", "refusal"]
    assert asked.log.left[-1] > 0


def with_components(number):
    """One T-score that has so many components, each a T-score."""
    whole = measured("bmd-t-score", -2.2)
    part = {name: whole[name] for name in ("code", "valueQuantity")}
    return whole | {"component": [part] * number}


def with_contained(number):
    """One T-score that contains so many others, in an entry of its own each."""
    inside = [measured("bmd-t-score", -2.2, number=f"c{at}") for at in range(number)]
    return measured("bmd-t-score", -2.2) | {"contained": inside}


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: with_components(16_000), id="components"),
        pytest.param(lambda: with_contained(4000), id="contained"),
    ],
)
def test_a_record_that_takes_too_long_is_refused_or_left_unread(made):
    """How much time is left then depends on the machine, and is not asserted."""
    asked = Asked(deadline=1.5, log=LogOfTimes())
    asked.post(SIGNED)
    answered = asked.post(order_sign([patient(), made()], kyphoplasty()))
    if answered.status_code == 503:
        assert asked.log.entries[-1].reason == "deadline-passed"
    else:
        assert "could not be read" in answered.get_data(as_text=True)


def test_the_refusal_of_a_signing_does_not_read_its_body_again(monkeypatch):
    """The largest body takes half a second."""

    def refuses(*_arguments):
        raise DeadlinePassed("no time")

    monkeypatch.setattr("cds_service.web.refusals.decode_call", pytest.fail)
    asked = Asked(flow=refuses)
    assert asked.post(SIGNED).status_code == 503
    (entry,) = asked.log.entries
    assert (entry.patient, entry.hook_instance) == (PATIENT, HOOK_INSTANCE)
    assert entry.user == SIGNED["context"]["userId"]
    assert entry.content["orders"] == ["ServiceRequest/kypho"]


def test_the_time_of_a_refusal_includes_its_entry(caplog):
    """The log takes 50 ms for it, and until then the caller waits."""

    def refuses(*_arguments):
        raise DeadlinePassed("no time")

    asked = Asked(log=SlowLog(), flow=refuses)
    with caplog.at_level("INFO", logger="kyphoplasty_cds.calls"):
        assert asked.post(SIGNED).status_code == 503
    (line,) = [one for one in caplog.records if one.getMessage() == "call"]
    assert line.fields["milliseconds"] >= 50
