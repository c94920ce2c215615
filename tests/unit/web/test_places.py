"""Calls that take much of a worker leave enough of it to everybody else."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from pydantic import ValidationError

from cds_service.audit.chain import AuditEntry
from cds_service.errors import EvidenceUnavailable, FhirReadError, TooBusy
from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.outgoing.deadline import Deadline
from cds_service.places import (
    BODIES,
    FEEDBACK,
    NAMES,
    RECORDS,
    REFUSALS,
    CallPlace,
    Places,
    places_counted_for,
    places_for_reads,
    places_for_words,
)
from cds_service.settings import Settings
from cds_service.web import app
from cds_service.web.fhir_access import PlacedReader
from cds_service.web.http_server import THREADS
from cds_service.web.logs import CALLS
from tests.chart_builders import (
    HOOK,
    Asked,
    KeptEntries,
    brace,
    kyphoplasty,
    open_service,
    order_sign,
    patient,
)
from tests.deploy.locked import DEPLOY
from tests.faults.records import pulled
from tests.scripted_reader import gathered
from tests.stub_fhir import StubFhir, fhir
from tests.waiting import wait_until

MOST_OF_ONE = Settings().reads_of_one_ehr
REPLICA_PLACES = re.compile(r"max_conns=(\d+)")
WORKERS_OF_UNIT = re.compile(r"--workers (\d+)")


def signing(base: str) -> Any:
    """Sign an order whose record has to be read from there."""
    return pulled(base) | {"hookInstance": str(uuid4())}


class Reader:
    """Answers every read."""

    def fetch(self, query: str, *, until: float) -> Fetched:  # noqa: ARG002
        return Fetched(({"resourceType": "Bundle"},))

    def follow(self, page: Any, *, until: float) -> Fetched:  # noqa: ARG002
        return Fetched((page, page))


def test_an_ehr_that_hangs_leaves_most_places_of_deploy_to_others() -> None:
    nginx = (DEPLOY / "nginx" / "nginx.conf").read_text()
    unit = (DEPLOY / "systemd" / "kyphoplasty-cds@.service").read_text()
    places = [int(number) for number in REPLICA_PLACES.findall(nginx)]
    workers = int(WORKERS_OF_UNIT.findall(unit)[0])
    assert MOST_OF_ONE * workers * len(places) < sum(places) / 2


def test_no_setting_takes_all_threads_of_a_worker() -> None:
    with pytest.raises(ValidationError):
        Settings(reads_of_one_ehr=THREADS)


def takes(places: Places, weight: int = 1, client: str = "") -> bool:
    """Take places, and tell if there were as many."""
    try:
        places.take(weight, client)
    except TooBusy:
        return False
    return True


def test_an_ehr_has_so_many_places_and_another_has_its_own() -> None:
    places = places_for_reads(MOST_OF_ONE)
    taken = [takes(places, client="a") for _ in range(MOST_OF_ONE + 1)]
    assert taken.count(True) == MOST_OF_ONE
    assert takes(places, client="b")
    places.free(client="a")
    assert takes(places, client="a")


def test_what_calls_weigh_adds_up_for_one_ehr_and_for_all() -> None:
    places = Places("words", 6, of_one=4)
    assert takes(places, 3, "a")
    assert not takes(places, 2, "a")
    assert takes(places, 1, "a")
    assert not takes(places, 3, "b")
    assert takes(places, 2, "b")
    assert not takes(places, 1, "c")
    places.free(3, "a")
    assert takes(places, 3, "c")


def held_by_one_ehr(places: Places, others: ExitStack) -> None:
    """Let one EHR take all that it can get."""
    taken = 0
    while taken < 10_000 and takes(places, client="a"):
        others.callback(places.free, client="a")
        taken += 1
    assert taken


@pytest.mark.parametrize("name", NAMES)
def test_an_ehr_at_its_limit_leaves_another_the_card_of_a_usual_signing(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    reads = places_for_reads(MOST_OF_ONE)
    words = places_for_words(MOST_OF_ONE)
    monkeypatch.setattr(app, "places_for_reads", lambda _: reads)
    monkeypatch.setattr(app, "places_for_words", lambda _: words)
    tables = (BODIES, reads, words, RECORDS, FEEDBACK, REFUSALS)
    by_name = {places.name: places for places in tables}
    with StubFhir() as server, ExitStack() as others:
        server.default = fhir(patient())
        asked = Asked(deadline=30, fhir_servers=(server.base,))
        asked.post(signing(server.base))  # what is loaded at first need
        held_by_one_ehr(by_name[name], others)
        card = asked.post(order_sign([], kyphoplasty(), brace()))
        read = asked.post(signing(server.base))
    assert (card.status_code, read.status_code) == (200, 200), (card.text, read.text)
    assert card.json["cards"]
    assert read.json["cards"]


def test_who_may_wait_gets_the_place_that_another_call_frees() -> None:
    places = Places("records", 1)
    places.take()
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(places.take, until=Deadline.after(20))
        time.sleep(0.05)
        assert not waiting.done()
        places.free()
        waiting.result(10)
    assert not takes(places)


def test_who_waits_is_refused_when_its_time_is_over() -> None:
    places = Places("records", 1)
    places.take()
    with pytest.raises(TooBusy) as refused:
        places.take(until=Deadline.after(0.05))
    assert (refused.value.places, refused.value.reason) == (
        "records",
        "no-place.records",
    )
    places.free()
    assert takes(places)


def test_a_large_body_that_finds_no_place_is_refused_in_time_and_counted() -> None:
    asked = Asked(deadline=1.0)
    large = order_sign([]) | {"more": "x" * 600_000}
    began = time.monotonic()
    with BODIES.held(Deadline.after(5)):
        refused = asked.post(large)
    assert time.monotonic() - began < 1.0
    assert refused.status_code == 503
    assert refused.json["issue"][0]["code"] == "transient"
    counted = asked.get("/metrics", "text/plain").text
    assert 'kyphoplasty_cds_no_place_total{places="bodies"} 1.0' in counted
    assert asked.post(large).status_code == 200


def test_feedback_of_an_ehr_waits_for_its_last_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = Asked(deadline=2)
    item = {
        "card": str(uuid4()),
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T09:10:00Z",
    }
    feedback = {"feedback": [item]}
    caplog.set_level("INFO", CALLS.name)
    with places_counted_for("another"), FEEDBACK.held(Deadline.after(5)):
        assert asked.post(feedback, "/feedback").status_code == 200
    with FEEDBACK.held(Deadline.after(5)):
        refused = asked.post(feedback, "/feedback")
    assert refused.status_code == 503
    assert refused.json["issue"][0]["code"] == "transient"
    lines = [getattr(record, "fields", {}) for record in caplog.records]
    assert "no-place.feedback" in {line.get("reason") for line in lines}
    counted = asked.get("/metrics", "text/plain").text
    assert 'kyphoplasty_cds_no_place_total{places="feedback"} 1.0' in counted
    assert asked.post(feedback, "/feedback").status_code == 200


def test_a_call_takes_one_place_at_its_first_read_and_frees_it_once() -> None:
    places = places_for_reads(MOST_OF_ONE)
    held = [CallPlace(places, "a") for _ in range(MOST_OF_ONE + 1)]
    calls = [PlacedReader(Reader(), place) for place in held]
    *first, last = calls
    for call in first:
        call.fetch("Condition?patient=1", until=1e12)
        call.fetch("Observation?patient=1", until=1e12)
    with pytest.raises(FhirReadError) as refused:
        last.fetch("Condition?patient=1", until=1e12)
    assert refused.value.reason == "no-place"
    assert last.follow({}, until=1e12).note
    held[-1].end()
    held[0].end()
    held[0].end()
    following = [PlacedReader(Reader(), CallPlace(places, "a")) for _ in range(2)]
    following[0].fetch("Condition?patient=1", until=1e12)
    with pytest.raises(FhirReadError):
        following[1].fetch("Condition?patient=1", until=1e12)


def test_the_next_call_that_would_hang_is_told_at_once_and_others_are_answered() -> (
    None
):
    with StubFhir() as silent, ThreadPoolExecutor(MOST_OF_ONE) as ehr:
        silent.default = silent.hold()
        asked = Asked(deadline=20, fhir_servers=(silent.base,))
        hanging = [
            ehr.submit(asked.post, signing(silent.base)) for _ in range(MOST_OF_ONE)
        ]
        wait_until(
            lambda: sum("/Patient/" in one for one in silent.requests) >= MOST_OF_ONE
        )
        began = time.monotonic()
        refused = asked.post(pulled(silent.base))
        other = asked.post(order_sign([]))
        took = time.monotonic() - began
        silent.released.set()
        for call in hanging:
            call.result()
        before = len(silent.requests)
        asked.post(pulled(silent.base))
    assert refused.status_code == 412
    assert refused.json["issue"][0]["code"] == "transient"
    assert (other.status_code, other.json) == (200, {"cards": []})
    assert took < 10
    assert len(silent.requests) > before  # a place is free again


class Watched(PlacedReader):
    """Notes the threads that read."""

    threads: ClassVar[set[threading.Thread]] = set()

    def fetch(self, query: str, *, until: float) -> Fetched:
        self.threads.add(threading.current_thread())
        return super().fetch(query, until=until)


def test_a_call_without_a_place_starts_no_thread() -> None:
    places = places_for_reads(1)
    places.take(client="a")
    plan = open_service().hooks[HOOK].plan
    with pytest.raises(EvidenceUnavailable):
        gathered(
            pulled("https://ehr.example.org/fhir"),
            plan,
            Watched(Reader(), CallPlace(places, "a")),
        )
    assert Watched.threads == {threading.current_thread()}


def test_a_call_that_reads_nothing_takes_no_place() -> None:
    places = places_for_reads(1)
    plan = open_service().hooks[HOOK].plan
    gathered(order_sign([]), plan, PlacedReader(Reader(), CallPlace(places, "a")))
    assert takes(places, client="a")


class HeldLog(KeptEntries):
    """Keeps an entry once it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.is_free, self.waiting = threading.Event(), 0

    def append(self, entry: AuditEntry, until: Deadline | None = None) -> None:
        self.waiting += 1
        self.is_free.wait(20)
        super().append(entry, until)


def test_of_calls_without_a_place_one_is_recorded_at_a_time() -> None:
    log = HeldLog()
    with StubFhir() as silent, ThreadPoolExecutor(3) as ehr:
        silent.default = silent.hold()
        asked = Asked(
            deadline=20, log=log, fhir_servers=(silent.base,), reads_of_one_ehr=1
        )
        hanging = ehr.submit(asked.post, signing(silent.base))
        wait_until(lambda: any("/Patient/" in one for one in silent.requests))
        recorded = ehr.submit(asked.post, signing(silent.base))
        wait_until(lambda: log.waiting == 1)
        following = ehr.submit(asked.post, signing(silent.base)).result(10)
        entries_beside = log.waiting
        log.is_free.set()
        last = asked.post(signing(silent.base))
        silent.released.set()
        hanging.result()
    statuses = {call.status_code for call in (recorded.result(), following, last)}
    assert statuses == {412}
    assert entries_beside == 1
    refusals = [entry for entry in log.entries if entry.kind == "refusal"]
    assert len(refusals) >= 2  # one at a time, but the next after it
