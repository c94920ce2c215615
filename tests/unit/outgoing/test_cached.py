"""What another server publishes: the fault that is told is that of the last fetch."""

import threading
from types import SimpleNamespace

from cds_service.errors import CallFailed
from cds_service.outgoing.cached import PAUSE_SECONDS, Cached
from cds_service.outgoing.deadline import Deadline

HANG_SECONDS = 30


def asked_again(cached, hands):
    """What is there after another fetch."""
    hands.now += PAUSE_SECONDS
    return cached.get(Deadline.after(HANG_SECONDS), lambda _: False)


def test_a_fetch_that_fails_in_an_unforeseen_way_is_a_fault_too(monkeypatch):
    unforeseen = []
    monkeypatch.setattr(
        threading, "excepthook", lambda failed: unforeseen.append(failed.exc_type)
    )
    comes = iter(
        [
            CallFailed("timeout", ""),
            "keys",
            ZeroDivisionError("of ours"),
            CallFailed("http-500", ""),
            "new keys",
        ]
    )
    hands, told = SimpleNamespace(now=1000.0), []  # a clock that is set by hand

    def fetch():
        found = next(comes)
        if isinstance(found, Exception):
            raise found
        return found

    cached = Cached(fetch, told.append, monotonic=lambda: hands.now)
    seen = [(asked_again(cached, hands), cached.fault) for _ in range(5)]
    assert seen == [
        (None, "timeout"),
        ("keys", ""),
        ("keys", "failure"),
        ("keys", "http-500"),
        ("new keys", ""),
    ]
    assert told == ["timeout", "failure", "http-500"]
    for thread in [one for one in threading.enumerate() if one.name == "cached"]:
        thread.join(HANG_SECONDS)
    assert unforeseen == [ZeroDivisionError]  # nobody hides it


def test_where_no_thread_can_be_started_that_is_the_fault(monkeypatch):
    cached = Cached(lambda: "keys")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        assert cached.get(Deadline.after(HANG_SECONDS)) is None
    assert cached.fault == "no-thread"


def no_thread(_thread):
    raise RuntimeError("can't start new thread")
