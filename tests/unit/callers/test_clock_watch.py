"""A clock that seems wrong: known to all workers, by different tokens, and not for ever."""

from __future__ import annotations

import os

from cds_service.callers.clock_watch import ENOUGH, REST_SECONDS, ClockWatch


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def in_another_worker(watch: ClockWatch, token_id: str) -> None:
    """The token is refused there."""
    process = os.fork()
    if process == 0:
        watch.note_refused(token_id, 600)
        os._exit(0)
    os.waitpid(process, 0)


def test_one_old_token_counts_once_however_many_workers_it_is_sent_to():
    watch = ClockWatch()
    for _ in range(2 * ENOUGH):
        in_another_worker(watch, "the same")
    assert not watch.is_wrong


def test_different_tokens_count_together_whichever_worker_they_come_to():
    watch = ClockWatch()
    for number in range(ENOUGH):
        assert not watch.is_wrong, number
        in_another_worker(watch, f"token {number}")
    assert watch.is_wrong


def test_e8_a_service_that_nobody_asks_any_more_is_ready_again_after_a_while():
    clock = Clock()
    watch = ClockWatch(monotonic=clock)
    for number in range(ENOUGH):
        watch.note_refused(f"token {number}", 600)
    clock.now += REST_SECONDS - 1
    assert watch.is_wrong
    clock.now += 2
    assert not watch.is_wrong
    watch.note_refused("token 0", 600)
    assert not watch.is_wrong, "an old token again says nothing new"
    watch.note_refused("another", 600)
    assert watch.is_wrong, "one more that is refused is enough while none was good"
    watch.note_good()
    assert not watch.is_wrong
