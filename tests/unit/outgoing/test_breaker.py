"""When a server is left alone: too many calls for several patients had no answer."""

import tracemalloc

import pytest

from cds_service.outgoing.breaker import Breaker


class Watched:
    """A breaker at a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.breaker = Breaker(lambda: self.now)
        self.calls = 0

    def go(self, steps: str) -> None:
        """Take steps: a number of seconds, `try` (a call is admitted), or calls, each about another patient.

        Those without an answer are `f`, those with one `s`, behind a colon `1` and `2`
        are those of one patient each without an answer.
        """
        for step in steps.split():
            if step == "try":
                assert self.breaker.admits()
            elif step[0] in "fs:":
                for call in step.removeprefix(":"):
                    self.calls += 1
                    patient = call if call in "12" else f"p{self.calls}"
                    self.breaker.note(patient, failed=call != "s")
            else:
                self.now += float(step)


@pytest.mark.parametrize(
    ("steps", "admits"),
    [
        (
            (
                "try f 0.9 try f 0.9 try f 0.9 try f 0.9 try f 0.9 try f 0.9 try f 0.9"
                " try f 0.9 try f 0.9 try f 0.9 "
            ),
            False,
        ),
        ("fffffffff", True),
        ("ssssssssss ffffffffff", False),
        ("sssssssssss fffffffff", True),
        # longer ago
        ("fffffffff 10.5 f", True),
        # it rests for about five seconds
        ("ffffffffff 3.9", False),
        ("ffffffffff 6.1", True),
        # one call tries
        ("ffffffffff 6.1 try", False),
        (
            (
                "ffffffffff 7 try s try try try try try try try try try try try try try"
                " try try try try try try try f"
            ),
            True,
        ),
        # another rest
        ("ffffffffff 7 try f 3.9", False),
        ("ffffffffff 7 try f 6.1", True),
        # the try never ended
        ("ffffffffff 7 try 7", True),
        # one patient's record
        (":111111111111111111111111", True),
        # two
        (":111111111111121212121212", True),
        # and a third
        (":11111111111112 f", False),
        # a call of before it opened
        ("ffffffffff s", False),
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
