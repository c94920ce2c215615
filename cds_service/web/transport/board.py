"""What the processes of one server know of each other: how many connections each has, and that the end is near."""

from __future__ import annotations

import mmap

PLACES = 128  # workers are at most 64; one that ends may still be there when its successor begins
_ABSENT = -1
_ENDING, _OVER = 1, 2


class Board:
    """Numbers in memory that parent and workers share; made before the first fork."""

    def __init__(self) -> None:
        self._numbers = memoryview(mmap.mmap(-1, 4 * (PLACES + 1))).cast("i")
        for place in range(PLACES):
            self._numbers[place] = _ABSENT

    def take(self) -> int:
        """A free place, for a worker that is about to begin."""
        place = next(place for place in range(PLACES) if self._numbers[place] == _ABSENT)
        self._numbers[place] = 0
        return place

    def leave(self, place: int) -> None:
        """The worker of this place has ended."""
        self._numbers[place] = _ABSENT

    def say(self, place: int, connections: int) -> None:
        """So many are open there."""
        self._numbers[place] = connections

    def has_fewest(self, place: int) -> bool:
        """Whether no other worker has fewer connections."""
        mine = self._numbers[place]
        return all(not 0 <= self._numbers[other] < mine for other in range(PLACES))

    def announce_end(self) -> None:
        """The server is about to stop."""
        self._numbers[PLACES] = max(self._numbers[PLACES], _ENDING)

    @property
    def is_ending(self) -> bool:
        """Whether the server is about to stop."""
        return self._numbers[PLACES] >= _ENDING

    def announce_stop(self) -> None:
        """Workers finish what they have; a signal is lost on one that is only about to begin."""
        self._numbers[PLACES] = _OVER

    @property
    def is_over(self) -> bool:
        """Whether nothing new is begun."""
        return self._numbers[PLACES] == _OVER
