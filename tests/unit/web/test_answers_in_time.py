"""What is not ready when its time is over does not leave: 503, and no entry says that a card was shown."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.errors import DeadlinePassed
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import Ports, answer
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.chart_builders import HOOK, NOW, KeptEntries, kyphoplasty, open_service, order_sign, patient

ADDRESS = f"/cds-services/{HOOK}"
SIGNED = order_sign([patient()], kyphoplasty())
OTHER = order_sign([patient()])
LOOKS = 40  # more than an answer takes at its deadline
STATEMENT = {"card": "0", "outcome": "overridden", "outcomeTimestamp": "2026-11-20T08:00:00Z"}


def service(seconds, clock=lambda: NOW):
    log = KeptEntries()
    app = create_app(
        open_service(),
        Settings(deadline_seconds=seconds),
        audit=log,
        base_url="http://127.0.0.1:8080",
        clock=clock,
    )
    return app.test_client(), log


def test_an_answer_that_takes_longer_than_its_time_is_none():
    client, log = service(0.3, clock=lambda: threading.Event().wait(0.35) or NOW)
    response = client.post(ADDRESS, json=SIGNED)
    assert response.status_code == 503
    assert [(entry.kind, entry.reason) for entry in log.entries] == [("refusal", "deadline-passed")]


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
    whole, request = open_service(), parse_request(json.dumps(SIGNED).encode(), "order-sign")
    outcomes = []
    for looks in range(LOOKS):
        log = KeptEntries()
        ports = Ports(
            clock=lambda: NOW,
            fhir=None,
            audit=log,
            deadline=Ending(0, 0, iter([True] * looks)),
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
