"""Lets a process understand few records at a time.

Its threads share one core: of a dozen long records all would be late, and other calls
with them. Calls that wait for a FHIR server take no turn, and other orders need none.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cds_service.errors import DeadlinePassed
from cds_service.outgoing.deadline import Deadline

# Four of the longest records at once are answered within three seconds.
MOST = 4
_TURNS = threading.BoundedSemaphore(MOST)


@contextmanager
def turn(until: Deadline) -> Iterator[None]:
    """Wait for one of the turns, and hold it inside.

    Raises:
        DeadlinePassed: other records took all the time.
    """
    if not _TURNS.acquire(timeout=max(until.left, 0.0)):
        raise DeadlinePassed("Other records took the time of this answer.")
    try:
        yield
    finally:
        _TURNS.release()
