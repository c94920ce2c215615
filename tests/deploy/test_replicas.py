"""Replicas on one log: one is killed, one is replaced.

What was answered is in the log.
"""

import json
import os
import signal
import threading
from dataclasses import dataclass, field
from http.client import HTTPException
from uuid import uuid4

import pytest

from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import rows_of
from tests.deploy.ehr import bearer
from tests.deploy.front import front
from tests.deploy.replicas import kill
from tests.live_service import CALL, DISCOVERY
from tests.signings import signing
from tests.waiting import wait_until

CLIENTS = 4


@dataclass
class Load:
    """Clients that sign the same order again and again, each over a connection that it keeps.

    Attributes:
        answered: the cards' uuids of every 200, by hookInstance.
        failed: what else came back, and how connections ended.
    """

    site: object
    body: dict
    answered: dict[str, list[str]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self):
        self._threads = [threading.Thread(target=self._sign) for _ in range(CLIENTS)]
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_error):
        self._ended.set()
        for one in self._threads:
            one.join(120)

    def wait_for_more(self, answers: int) -> None:
        """Until so many more orders were answered."""
        wanted = len(self.answered) + answers
        wait_until(
            lambda: len(self.answered) >= wanted, lambda: self.failed, seconds=120
        )

    def _sign(self):
        session = self.site.session()
        while not self._ended.is_set():
            number = str(uuid4())
            try:
                order = json.dumps({**self.body, "hookInstance": number}).encode()
                status, _, body = session.ask("POST", CALL, order, bearer())
            except (OSError, HTTPException) as error:
                self.failed.append(type(error).__name__)
                session.close()
                session = self.site.session()
                continue
            if status == 200:
                self.answered[number] = [
                    card["uuid"] for card in json.loads(body)["cards"]
                ]
            else:
                self.failed.append(f"{status} {body.decode()}")
        session.close()


@pytest.fixture
def order(site):
    """The signing of a sample patient with a full prefetch."""
    service, *_ = json.loads(site.ask("GET", DISCOVERY)[2])["services"]
    return signing("p1", service["prefetch"])


def assert_every_answer_is_in_the_log(replicas, load):
    """Every card that a client has seen, and a chain that verifies."""
    rows = rows_of(
        replicas.database_url,
        "SELECT s.hook_instance, c.card FROM audit_search s JOIN audit_card c ON c.sequence = s.sequence",
    )
    kept = {number: set() for number, _ in rows}
    for number, card in rows:
        kept[number].add(card)
    assert load.answered
    for number, cards in load.answered.items():
        assert cards
        assert set(cards) <= kept.get(number, set()), number
    report = verify_log(replicas.database_url)
    assert report.faults == []
    assert report.is_whole


def test_a_killed_replica_takes_no_acknowledged_answer_with_it(site, replicas, order):
    with Load(site, order) as load:
        load.wait_for_more(20)
        kill(replicas.all[0])
        load.wait_for_more(40)
        replicas.start_again(0)
        load.wait_for_more(20)
    # those whose answer was on its way when its process died
    assert len(load.failed) <= CLIENTS
    assert_every_answer_is_in_the_log(replicas, load)


@pytest.mark.usefixtures("site")
def test_two_replicas_that_are_replaced_one_right_after_the_other_lose_no_call(
    replicas, order
):
    """Those that nginx knows are both restarted within five seconds: it keeps none of them out for longer."""
    with front(replicas.ports[:2]) as pair, Load(pair, order) as load:
        for number in (0, 1):
            load.wait_for_more(10)
            os.kill(replicas.all[number].process_id, signal.SIGTERM)
            assert replicas.all[number].ends() == 0
            replicas.start_again(number)
        load.wait_for_more(10)
    assert load.failed == []
    assert_every_answer_is_in_the_log(replicas, load)
