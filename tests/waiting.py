"""Waiting for a condition, with a generous end for a machine that is busy."""

import time
from collections.abc import Callable
from typing import Any


def wait_until(
    condition: Callable[[], Any], what: Callable[[], Any] = str, *, seconds: float = 60
) -> Any:
    """What the condition gives once it gives anything.

    Args:
        what: for the failure, what was there instead.
    """
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, what()
        time.sleep(0.02)
    return found
