"""When a server is left alone: half of at least ten calls of the last ten seconds failed."""

import tracemalloc

import pytest

from cds_service.outgoing.breaker import Breaker
from tests.tables import cases


class Watched:
    """A breaker at a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.breaker = Breaker(lambda: self.now)

    def go(self, steps: str) -> None:
        """Each word a number of seconds, `try` (a call is admitted), or calls that failed (f) and succeeded (s)."""
        for step in steps.split():
            if step == "try":
                assert self.breaker.admits()
            elif set(step) <= {"f", "s"}:
                for call in step:
                    self.breaker.note(failed=call == "f")
            else:
                self.now += float(step)


OPENED = "ffffffffff"


@pytest.mark.parametrize(("steps", "admits"), cases(__file__, "it_opens_rests_tries_and_closes"))
def test_it_opens_rests_tries_and_closes(steps, admits):
    watched = Watched()
    watched.go(steps)
    assert watched.breaker.admits() is admits


def test_what_is_longer_ago_is_forgotten_while_all_goes_well():
    watched = Watched()
    watched.go("s 1 " * 1_000)
    tracemalloc.start()
    watched.go("s 1 " * 19_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 100_000  # 19,000 calls would be two megabytes
