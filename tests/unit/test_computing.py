"""One answer computes at a time; who waits for something else lets another one compute."""

from __future__ import annotations

import threading

from cds_service.computing import Turn

HANG_SECONDS = 30


def run(*acts) -> None:
    """Each in a thread of its own."""
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG_SECONDS)
        assert not thread.is_alive()


def test_of_many_threads_one_computes_at_a_time():
    turn, at_once, most = Turn(HANG_SECONDS), [], []

    def compute() -> None:
        for _ in range(50):
            with turn.computing():
                at_once.append(1)
                most.append(len(at_once))
                threading.Event().wait(0.0001)
                at_once.pop()

    run(*[compute] * 6)
    assert most == [1] * 300


def test_who_waits_lets_another_compute_and_goes_on_when_that_one_has_done():
    turn, happened = Turn(HANG_SECONDS), []
    is_here, is_done = threading.Event(), threading.Event()

    def first() -> None:
        with turn.computing():
            is_here.set()
            with turn.waiting():
                assert is_done.wait(HANG_SECONDS)
            happened.append("first goes on")

    def second() -> None:
        assert is_here.wait(HANG_SECONDS)
        with turn.computing():
            is_done.set()
            happened.append("second")

    run(first, second)
    assert happened == ["second", "first goes on"]


def test_who_waited_long_enough_computes_all_the_same():
    turn, is_here, has_computed = Turn(0.01), threading.Event(), threading.Event()

    def hog() -> None:
        with turn.computing():
            is_here.set()
            assert has_computed.wait(HANG_SECONDS)

    def other() -> None:
        assert is_here.wait(HANG_SECONDS)
        with turn.computing():
            has_computed.set()

    run(hog, other)
    assert has_computed.is_set()


def test_one_that_hangs_is_waited_for_once():
    turn, is_here, is_over = Turn(0.01), threading.Event(), threading.Event()

    def hang() -> None:
        with turn.computing():
            is_here.set()
            assert is_over.wait(HANG_SECONDS)

    hanging = threading.Thread(target=hang)
    hanging.start()
    assert is_here.wait(HANG_SECONDS)
    with turn.computing():  # after its patience
        assert turn._lock.locked()
    assert not turn._lock.locked()
    with turn.computing():
        is_over.set()
        hanging.join(HANG_SECONDS)
        assert turn._lock.locked()  # who has lost its turn does not give another's away
    assert not turn._lock.locked()
