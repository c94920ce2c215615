"""Counts of tries to log in, by account and by network address.

They are in the database, so that all replicas count together.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import uuid4

import sqlalchemy as sa

from cds_service.audit.tables import TRIES
from cds_service.errors import CdsError
from cds_service.review.access import CLOCKS_APART, Access, digest_of

WINDOW = timedelta(minutes=15)
TRIES_OF_ADDRESS = 50  # in one window


class TooManyTries(CdsError):
    """The account or address has reached its limit for now."""


class Tries:
    """The tries in one database."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def count(self, connection: sa.Connection, places: Mapping[str, int]) -> None:
        """Count a try at each of these places, with the most that each allows.

        A refused one is not counted: repeated attempts would keep an account locked for
        ever.

        Raises:
            TooManyTries: at one of them.
        """
        connection.execute(
            sa.delete(TRIES).where(TRIES.c.at < self._access.now(-WINDOW))
        )
        for place, most in places.items():
            if self._count_tries(connection, place) >= most:
                raise TooManyTries("too many tries")
        rows = [
            {"id": str(uuid4()), "place": digest_of(place), "at": self._access.now()}
            for place in places
        ]
        connection.execute(sa.insert(TRIES), rows)

    def forget(self, connection: sa.Connection, place: str) -> None:
        connection.execute(sa.delete(TRIES).where(TRIES.c.place == digest_of(place)))

    def has_many(self, place: str) -> bool:
        """Tell if this address has tried too often."""
        with self._access.reading() as connection:
            return self._count_tries(connection, place) >= TRIES_OF_ADDRESS

    def add(self, place: str) -> None:
        """Count a try of this address; those at the same moment all count."""
        with self._access.writing() as connection, suppress(TooManyTries):
            self.count(connection, {place: TRIES_OF_ADDRESS})

    def _count_tries(self, connection: sa.Connection, place: str) -> int:
        wanted = sa.select(sa.func.count()).select_from(TRIES)
        tries = wanted.where(
            TRIES.c.place == digest_of(place),
            TRIES.c.at >= self._access.now(-WINDOW),
            TRIES.c.at <= self._access.now(CLOCKS_APART),
        )
        return connection.scalar(tries) or 0


class Turns:
    """Lets one at a time of a place go on, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Semaphore] = {}
        self._asking: dict[str, int] = {}

    @contextmanager
    def turn(self, place: str, seconds: float) -> Iterator[None]:
        """Wait for this place's turn.

        Raises:
            TooManyTries: others of the place took all this time.
        """
        with self._lock:
            turn = self._turns.setdefault(place, threading.Semaphore(1))
            self._asking[place] = self._asking.get(place, 0) + 1
        try:
            if not turn.acquire(timeout=seconds):
                raise TooManyTries("too many tries at once")
            try:
                yield
            finally:
                turn.release()
        finally:
            with self._lock:
                self._asking[place] -= 1
                if not self._asking[place]:
                    del self._asking[place], self._turns[place]
