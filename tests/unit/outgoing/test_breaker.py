"""When a server is left alone."""

import tracemalloc

import pytest

from cds_service.outgoing.breaker import LEAST_CALLS, Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(LEAST_CALLS):
        breaker.note(failed=True)
    return breaker


def test_ten_failures_in_ten_seconds_open_it(clock):
    breaker = Breaker(clock)
    for number in range(10):
        assert breaker.admits(), number
        breaker.note(failed=True)
        clock.now += 0.9
    assert not breaker.admits()


def test_nine_failures_do_not(clock):
    breaker = Breaker(clock)
    for _ in range(9):
        breaker.note(failed=True)
    assert breaker.admits()


@pytest.mark.parametrize(("failures", "is_open"), [(9, False), (10, True)])
def test_it_takes_half_of_the_calls(clock, failures, is_open):
    breaker = Breaker(clock)
    for number in range(20):
        breaker.note(failed=number >= 20 - failures)
    assert breaker.admits() is not is_open


def test_what_is_longer_ago_is_forgotten_while_all_goes_well(clock):
    breaker = Breaker(clock)
    tracemalloc.start()
    for number in range(20_000):
        if number == 1_000:
            before, _ = tracemalloc.get_traced_memory()
        breaker.note(failed=False)
        clock.now += 1
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 100_000  # 19,000 calls would be two megabytes


def test_failures_of_longer_ago_do_not_count(clock):
    breaker = Breaker(clock)
    for _ in range(9):
        breaker.note(failed=True)
    clock.now += 10.5
    breaker.note(failed=True)
    assert breaker.admits()


def test_after_a_rest_of_about_five_seconds_one_call_tries(clock):
    breaker = opened(clock)
    clock.now += 3.9
    assert not breaker.admits()
    clock.now += 2.2
    assert breaker.admits()
    assert not breaker.admits()


def test_a_try_that_succeeds_closes_it(clock):
    breaker = opened(clock)
    clock.now += 7
    breaker.admits()
    breaker.note(failed=False)
    assert all(breaker.admits() for _ in range(20))
    breaker.note(failed=True)
    assert breaker.admits()


def test_a_try_that_fails_keeps_it_open_for_another_rest(clock):
    breaker = opened(clock)
    clock.now += 7
    breaker.admits()
    breaker.note(failed=True)
    clock.now += 3.9
    assert not breaker.admits()
    clock.now += 2.2
    assert breaker.admits()


def test_a_try_that_never_ends_does_not_keep_it_open_for_ever(clock):
    breaker = opened(clock)
    clock.now += 7
    assert breaker.admits()
    clock.now += 7
    assert breaker.admits()


def test_a_late_success_of_before_it_opened_does_not_close_it(clock):
    breaker = opened(clock)
    breaker.note(failed=False)
    assert not breaker.admits()
