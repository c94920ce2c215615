"""When a server is left alone: half of at least ten calls of the last ten seconds failed."""

import tracemalloc

import pytest

from cds_service.outgoing.breaker import Breaker


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


@pytest.mark.parametrize(
    ("steps", "admits"),
    [
        ("try f 0.9 " * 10, False),
        ("fffffffff", True),
        ("ssssssssss ffffffffff", False),
        ("sssssssssss fffffffff", True),
        ("fffffffff 10.5 f", True),  # longer ago
        (f"{OPENED} 3.9", False),  # it rests for about five seconds
        (f"{OPENED} 6.1", True),
        (f"{OPENED} 6.1 try", False),  # one call tries
        (f"{OPENED} 7 try s" + " try" * 20 + " f", True),
        (f"{OPENED} 7 try f 3.9", False),  # another rest
        (f"{OPENED} 7 try f 6.1", True),
        (f"{OPENED} 7 try 7", True),  # the try never ended
        (f"{OPENED} s", False),  # a call of before it opened
    ],
)
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
