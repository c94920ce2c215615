"""Where keys come from: fetched seldom, by one at a time.

Keys that are new, taken away or behind an address that fails are in the attack table (A11, A15 to A17).
"""

import os
import threading
from types import SimpleNamespace

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
from tests.waiting import wait_until

OLD, NEW = Signer("ES384", "old"), Signer("ES384", "new")
LONG = HANG_SECONDS
ERROR = (500, {}, b"")


@pytest.fixture
def publisher():
    running = Publisher(OLD)
    yield running
    running.close()


@pytest.fixture
def hands():
    """A clock that is set by hand."""
    return SimpleNamespace(now=1000.0)


@pytest.fixture
def source(publisher, hands):
    return KeyAddress(ISSUER, publisher.base + "/keys?v=1", Connections(), monotonic=lambda: hands.now)


def known(source, kid="old", seconds=LONG):
    return set(source.keys(kid, Deadline.after(seconds)).keys)


def settle(source):
    """Until no fetch goes on."""
    wait_until(lambda: source.cached._fetching is None)


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
    wait_until(lambda: len(found) >= WAITERS)
    assert found == [{"old"}] * WAITERS
    publisher.gate.set()
    for call in calls:
        call.join(LONG)
    assert found[WAITERS:] == [{"old", "new"}] * WAITERS


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
    publisher.answer = ERROR
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


def test_an_address_that_fails_leaves_the_keys_that_were_known_for_a_day(source, publisher, hands, monkeypatch):
    monkeypatch.setattr(keys, "WAIT_SECONDS", LONG)
    known(source)
    publisher.answer = ERROR
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
    publisher.answer = ERROR
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
    wait_until(lambda: publisher.asked)
    publisher.gate.set()
    for caller in callers:
        caller.join(LONG)
    assert len(publisher.asked) == 1
    assert all(found in ({"old"}, set()) for found in results)


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
