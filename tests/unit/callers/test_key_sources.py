"""Where keys come from: fetched seldom, by one at a time.

Keys that are new, taken away or behind an address that fails are in the attack table
(A11, A15 to A17).
"""

import json
import os
import threading
from types import SimpleNamespace

import pytest

from cds_service.callers import keys
from cds_service.callers.keys import KeyAddress, KeyFile, KeyIndex, key_source
from cds_service.errors import DataFileError
from cds_service.outgoing import Connections
from cds_service.outgoing.cached import (
    MAX_AGE_SECONDS,
    PAUSE_SECONDS,
    UNASKED_SECONDS,
    WAITERS,
)
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
    return KeyAddress(
        ISSUER, publisher.base + "/keys?v=1", Connections(), monotonic=lambda: hands.now
    )


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
    table = {
        "issuer": ISSUER,
        "jwks-url": publisher.base + path,
        "fhir-servers": ["https://e.org/r4"],
    }
    client = Client.model_validate(table)
    assert known(KeyAddress(client.issuer, client.jwks_url, Connections())) == {"old"}
    assert publisher.asked == [path]


def test_keys_that_were_fetched_ahead_cost_the_first_call_no_fetch(source, publisher):
    source.prefetch()
    settle(source)
    assert known(source, seconds=0) == {"old"}
    assert len(publisher.asked) == 1


def test_an_address_that_hangs_holds_few_calls_and_the_rest_go_on_without(
    source, publisher, hands, monkeypatch
):
    known(source)
    monkeypatch.setattr(keys, "WAIT_SECONDS", LONG)
    publisher.gate.clear()
    publisher.answer = (200, {}, key_set(OLD, NEW))
    hands.now += PAUSE_SECONDS
    found = []
    calls = [
        threading.Thread(target=lambda: found.append(known(source, "new")))
        for _ in range(2 * WAITERS)
    ]
    for call in calls:
        call.start()
    wait_until(lambda: len(found) >= WAITERS)
    assert found == [{"old"}] * WAITERS
    publisher.gate.set()
    for call in calls:
        call.join(LONG)
    assert found[WAITERS:] == [{"old", "new"}] * WAITERS


def test_keys_that_nobody_asked_for_in_an_hour_are_not_believed_before_the_address_was_asked(
    source, publisher, hands
):
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


def test_keys_in_use_are_fetched_anew_before_they_are_old_and_nobody_waits(
    source, publisher, hands
):
    known(source)
    publisher.gate.clear()
    publisher.answer = (200, {}, key_set(NEW))
    hands.now += MAX_AGE_SECONDS - 1
    assert known(source) == {"old"}
    assert known_once_answered(source, publisher) == {"new"}


def test_an_address_that_fails_leaves_the_keys_that_were_known_for_a_day(
    source, publisher, hands, monkeypatch
):
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
    callers = [
        threading.Thread(target=lambda: results.append(known(source))) for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    wait_until(lambda: publisher.asked)
    publisher.gate.set()
    for caller in callers:
        caller.join(LONG)
    assert len(publisher.asked) == 1
    assert all(found in ({"old"}, set()) for found in results)


def test_an_address_that_may_not_be_called_gives_no_keys(publisher):
    source = KeyAddress(
        ISSUER, "http://localhost.invalid:1/keys", Connections(allow_private=False)
    )
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


def test_a_file_that_could_not_be_read_is_read_once_it_can_be(tmp_path):
    """A new owner or mode changes neither the time of the file nor its size."""
    file = tmp_path / "keys.json"
    file.write_bytes(key_set(OLD))
    source = KeyFile(ISSUER, file)
    for content in (b" " * len(key_set(NEW)), key_set(NEW)):
        file.write_bytes(content)
        os.utime(file, (1, 1))
        now = known(source)
    assert now == {"new"}


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b'{"keys": []}', key_set({"kty": "oct", "k": "eA", "kid": "x"})],
)
def test_a_file_without_a_usable_key_stops_the_start(tmp_path, content):
    file = tmp_path / "keys.json"
    file.write_bytes(content)
    with pytest.raises(DataFileError, match=r"keys\.json"):
        KeyFile(ISSUER, file)


# --- several sets, and a list of them


def client_with(**table):
    return Client.model_validate(
        {"issuer": ISSUER, "fhir-servers": ["https://e.org/r4"], **table}
    )


@pytest.fixture
def second():
    with Publisher(NEW) as running:
        yield running


def test_keys_of_several_addresses_are_known_together(publisher, second, tmp_path):
    urls = [publisher.base + "/keys", second.base + "/keys"]
    source = key_source(client_with(**{"jwks-urls": urls}), tmp_path, Connections())
    assert known(source, "old") >= {"old"}
    assert known(source, "new") == {"old", "new"}
    assert (source.addresses, set(source.ids)) == (urls, {"old", "new"})


def test_two_sets_may_use_one_id_for_different_keys(tmp_path):
    first, other = Signer("ES384", "same", "a"), Signer("ES384", "same", "b")
    with Publisher(first) as one, Publisher(other) as two:
        source = key_source(
            client_with(**{"jwks-urls": [one.base, two.base]}), tmp_path, Connections()
        )
        settle_all(source)
        assert len(source.keys("same", Deadline.after(LONG)).keys["same"]) == 2


def test_sets_together_have_no_more_keys_of_one_id_than_a_rotation(tmp_path):
    signers = [Signer("ES384", "same", f"{number}") for number in range(4)]
    with Publisher(*signers[:2]) as one, Publisher(*signers[2:]) as two:
        source = key_source(
            client_with(**{"jwks-urls": [one.base, two.base]}), tmp_path, Connections()
        )
        settle_all(source)
        keys = source.keys("same", Deadline.after(LONG))
    assert len(keys.fitting("ES384", "same")) == 3
    assert keys.ignored == {"same": "jwks.many"}


def settle_all(source):
    """Until every set was fetched."""
    source.prefetch()
    wait_until(lambda: all(one.cached.last for one in source._sources))


def test_a_token_that_names_one_of_several_sets_is_held_against_it_alone(
    publisher, second, tmp_path
):
    urls = [publisher.base + "/keys", second.base + "/keys"]
    source = key_source(client_with(**{"jwks-urls": urls}), tmp_path, Connections())
    assert known(source.named(urls[1], Deadline.after(LONG)), "new") == {"new"}
    assert source.named(second.base + "/other", Deadline.after(LONG)) is None


@pytest.fixture
def index(publisher, second):
    """A list of both sets, at an address of its own."""
    with Publisher() as running:
        listed = [
            publisher.base + "/keys",
            {"jku": second.base + "/keys"},
            "no address",
            5,
        ]
        running.answer = (200, {}, json.dumps(listed).encode())
        yield running


def at_index(index, tmp_path, *origins, connections=None):
    table = {
        "jwks-index": index.base + "/list",
        "jwks-origins": [one.base for one in origins],
    }
    return key_source(client_with(**table), tmp_path, connections or Connections())


def test_sets_behind_one_address_are_read_from_allowed_origins(
    index, publisher, second, tmp_path
):
    source = at_index(index, tmp_path, publisher, second)
    named = source.named(second.base + "/keys", Deadline.after(LONG))
    assert known(named, "new") == {"new"}
    assert known(source, "old") >= {"old"}
    assert source.addresses == [publisher.base + "/keys", second.base + "/keys"]


def test_a_set_on_another_origin_is_never_asked(index, publisher, second, tmp_path):
    source = at_index(index, tmp_path, publisher)
    assert known(source, "old") == {"old"}
    assert known(source, "new") == {"old"}
    assert source.named(second.base + "/keys", Deadline.after(LONG)) is None
    assert second.asked == []


def test_an_origin_that_is_not_asked_is_named_in_the_log(
    index, publisher, second, tmp_path, caplog
):
    caplog.set_level("INFO", "kyphoplasty_cds.callers")
    assert known(at_index(index, tmp_path, publisher), "old") == {"old"}
    (line,) = [one for one in caplog.records if "jwks.origin" in str(vars(one))]
    assert second.base in str(vars(line))
    assert publisher.base not in str(vars(line))


def test_without_origins_the_sets_are_on_that_of_the_list(
    index, publisher, second, tmp_path
):
    assert known(at_index(index, tmp_path), "old") == set()
    assert publisher.asked == second.asked == []


def test_a_set_that_the_list_does_not_name_is_not_asked_for(
    index, publisher, second, tmp_path
):
    source = at_index(index, tmp_path, publisher, second)
    assert source.named(publisher.base + "/other", Deadline.after(LONG)) is None
    assert "/other" not in publisher.asked


@pytest.mark.parametrize(
    "body", [b"{}", b"5", b'"https://e.org"', b"[[]", json.dumps(["x"] * 21).encode()]
)
def test_what_is_no_list_gives_no_keys(index, publisher, second, tmp_path, body):
    index.answer = (200, {}, body)
    assert known(at_index(index, tmp_path, publisher, second), "old") == set()


def test_a_new_set_on_the_list_is_found_and_one_that_is_gone_is_not_believed(
    index, publisher, second, hands
):
    first, other = publisher.base + "/keys", second.base + "/keys"
    index.answer = (200, {}, json.dumps({"jkus": [first]}).encode())
    origins = [publisher.base, second.base]
    source = KeyIndex(
        ISSUER, index.base, origins, Connections(), monotonic=lambda: hands.now
    )
    assert source.named(first, Deadline.after(LONG)) is not None
    index.answer = (200, {}, json.dumps({"jkus": [other]}).encode())
    hands.now += PAUSE_SECONDS + 1
    assert source.named(other, Deadline.after(LONG)) is not None
    assert source.named(first, Deadline.after(LONG)) is None


@pytest.mark.parametrize(
    "table",
    [
        {"jwks-url": "https://e.org/k", "jwks-urls": ["https://e.org/l"]},
        {"jwks-url": "https://e.org/k", "jwks-index": "https://e.org/l"},
        {"jwks-url": "https://e.org/k", "jwks-origins": ["https://e.org"]},
        {"jwks-urls": ["file:///etc/keys"]},
    ],
)
def test_keys_come_from_one_place_that_the_table_names(table):
    with pytest.raises(ValueError, match="jwks"):
        client_with(**table)
