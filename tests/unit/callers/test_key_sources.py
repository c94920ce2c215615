"""Where keys come from: fetched seldom, by one at a time, and kept while their address fails."""

import gzip
import os
import threading
import time

import pytest

from cds_service.callers import keys
from cds_service.callers.keys import KeyAddress, KeyFile
from cds_service.errors import DataFileError
from cds_service.outgoing import Connections
from cds_service.outgoing.cached import MAX_AGE_SECONDS, PAUSE_SECONDS, UNASKED_SECONDS, WAITERS
from cds_service.outgoing.deadline import Deadline
from cds_service.site.clients import Client
from tests.client_tokens import ISSUER, Signer, key_set
from tests.key_publisher import HANG_SECONDS, Publisher

OLD, NEW = Signer("ES384", "old"), Signer("ES384", "new")
LONG = HANG_SECONDS


@pytest.fixture
def publisher():
    running = Publisher(OLD)
    yield running
    running.close()


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def source(publisher, hands):
    return KeyAddress(ISSUER, publisher.base + "/keys?v=1", Connections(), monotonic=hands)


def known(source, kid="old", seconds=LONG):
    return set(source.keys(kid, Deadline.after(seconds)).keys)


def settle(source):
    """Until no fetch goes on."""
    until = time.monotonic() + LONG
    while source.cached._fetching is not None:
        assert time.monotonic() < until
        time.sleep(0.005)


def known_once_answered(source, publisher):
    """What is known after the fetch that goes on, which nobody waited for."""
    publisher.gate.set()
    settle(source)
    return known(source)


def test_keys_are_fetched_once_and_kept(source, publisher):
    assert [known(source) for _ in range(3)] == [{"old"}] * 3
    assert publisher.asked == ["/keys?v=1"]


@pytest.mark.parametrize("path", ["/keys/", "/keys", "/", "/keys/?v=1", "/a//keys/"])
def test_keys_are_asked_for_at_the_address_as_the_site_wrote_it(publisher, path):
    table = {"issuer": ISSUER, "jwks-url": publisher.base + path, "fhir-servers": ["https://e.org/r4"]}
    client = Client.model_validate(table)
    assert known(KeyAddress(client.issuer, client.jwks_url, Connections())) == {"old"}
    assert publisher.asked == [path]


def test_keys_that_were_fetched_ahead_cost_the_first_call_no_fetch(source, publisher):
    source.prefetch()
    settle(source)
    assert known(source, seconds=0) == {"old"}
    assert len(publisher.asked) == 1


def test_a_new_key_is_found_by_the_first_token_that_names_it(source, publisher, hands):
    known(source)
    publisher.answer = (200, {}, key_set(OLD, NEW))
    hands.now += PAUSE_SECONDS
    assert known(source, "new") == {"old", "new"}
    assert len(publisher.asked) == 2


def test_an_address_that_hangs_holds_few_calls_and_the_rest_go_on_without(source, publisher, hands, monkeypatch):
    known(source)
    monkeypatch.setattr(keys, "WAIT_SECONDS", LONG)
    publisher.gate.clear()
    publisher.answer = (200, {}, key_set(OLD, NEW))
    hands.now += PAUSE_SECONDS
    found = []
    calls = [threading.Thread(target=lambda: found.append(known(source, "new"))) for _ in range(2 * WAITERS)]
    for call in calls:
        call.start()
    until = time.monotonic() + LONG
    while len(found) < WAITERS:
        assert time.monotonic() < until
        time.sleep(0.005)
    assert found == [{"old"}] * WAITERS
    publisher.gate.set()
    for call in calls:
        call.join(LONG)
    assert found[WAITERS:] == [{"old", "new"}] * WAITERS


def test_a_key_that_was_taken_away_is_gone_after_ten_minutes(source, publisher, hands):
    known(source)
    publisher.answer = (200, {}, key_set(NEW))
    hands.now += MAX_AGE_SECONDS + 1
    assert known(source) == {"new"}


def test_keys_that_nobody_asked_for_in_an_hour_are_not_believed_before_the_address_was_asked(source, publisher, hands):
    known(source)
    publisher.gate.clear()
    publisher.answer = (200, {}, key_set(NEW))
    hands.now += UNASKED_SECONDS - 1
    assert known(source, seconds=0) == {"old"}
    hands.now += 2
    assert known(source, seconds=0) == set()
    assert known_once_answered(source, publisher) == {"new"}


def test_a_night_of_faults_ago_is_not_a_fault_now(source, publisher, hands):
    known(source)
    publisher.answer = FAULTS["an error"]
    hands.now += MAX_AGE_SECONDS + 1
    known(source)
    settle(source)
    publisher.gate.clear()
    publisher.answer = (200, {}, key_set(NEW))
    hands.now += 10 * 3600
    assert known(source, seconds=0) == set()
    assert known_once_answered(source, publisher) == {"new"}


def test_keys_in_use_are_fetched_anew_before_they_are_old_and_nobody_waits(source, publisher, hands):
    known(source)
    publisher.gate.clear()
    publisher.answer = (200, {}, key_set(NEW))
    hands.now += MAX_AGE_SECONDS - 1
    assert known(source) == {"old"}
    assert known_once_answered(source, publisher) == {"new"}


FAULTS = {
    "an error": (500, {}, b""),
    "a page": (200, {"Content-Type": "text/html"}, b"<html>maintenance</html>"),
    "too much": (200, {}, b" " * 5_000_000),
    "a bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 50_000_000)),
    "elsewhere": (302, {"Location": "http://127.0.0.1:1/latest/meta-data"}, b""),
    "nothing": (200, {"Content-Length": "9"}, b""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_address_that_fails_leaves_the_keys_that_were_known_for_a_day(source, publisher, hands, fault, monkeypatch):
    monkeypatch.setattr(keys, "WAIT_SECONDS", LONG)
    known(source)
    publisher.answer = FAULTS[fault]
    hands.now += MAX_AGE_SECONDS + 1
    assert known(source) == {"old"}
    settle(source)
    assert len(publisher.asked) == 2
    hands.now += 23 * 3600
    assert known(source) == {"old"}
    settle(source)
    hands.now += 3600
    assert known(source, seconds=0) == set()


def test_a_fetch_that_failed_is_not_waited_for_again(source, publisher, hands):
    known(source)
    publisher.answer = FAULTS["an error"]
    hands.now += MAX_AGE_SECONDS + 1
    known(source)
    settle(source)
    publisher.gate.clear()
    hands.now += PAUSE_SECONDS
    fetching = threading.Thread(target=known, args=(source,), daemon=True)
    fetching.start()
    fetching.join(LONG)
    assert not fetching.is_alive()
    assert source.cached._fetching is not None  # it goes on behind the call


def test_many_callers_share_one_fetch(source, publisher):
    publisher.gate.clear()
    results: list[set[str]] = []
    callers = [threading.Thread(target=lambda: results.append(known(source))) for _ in range(8)]
    for caller in callers:
        caller.start()
    while not publisher.asked:
        time.sleep(0.005)
    publisher.gate.set()
    for caller in callers:
        caller.join(LONG)
    assert len(publisher.asked) == 1
    assert all(found in ({"old"}, set()) for found in results)


def test_known_keys_do_not_wait_while_an_unknown_one_is_looked_for(source, publisher, hands):
    known(source)
    publisher.gate.clear()
    hands.now += PAUSE_SECONDS
    assert known(source, "unknown", seconds=0) == {"old"}
    assert source.cached._fetching is not None
    assert known(source) == {"old"}


def test_an_address_that_may_not_be_called_gives_no_keys(publisher):
    source = KeyAddress(ISSUER, "http://localhost.invalid:1/keys", Connections(allow_private=False))
    assert known(source) == set()
    assert publisher.asked == []


def test_a_file_is_read_again_when_it_has_changed(tmp_path):
    file = tmp_path / "keys.json"
    file.write_bytes(key_set(OLD))
    source = KeyFile(ISSUER, file)
    assert known(source) == {"old"}
    file.write_bytes(key_set(NEW))
    os.utime(file, (1, 1))
    assert known(source) == {"new"}
    file.write_bytes(b"{")
    assert known(source) == {"new"}
    file.unlink()
    assert known(source) == {"new"}


@pytest.mark.parametrize("content", [b"", b"{}", b'{"keys": []}', key_set({"kty": "oct", "k": "eA", "kid": "x"})])
def test_a_file_without_a_usable_key_stops_the_start(tmp_path, content):
    file = tmp_path / "keys.json"
    file.write_bytes(content)
    with pytest.raises(DataFileError, match=r"keys\.json"):
        KeyFile(ISSUER, file)
