"""What may be worked on at once: so many of each kind, so many that wait, and who waited too long is sent away."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar
from urllib.parse import unquote

from cds_service.web.transport.limits import OPERATORS, QUEUE, Limits

Work = TypeVar("Work")
CALLS = "cds-services"  # what the addresses of all calls of the service begin with


class Kind(Enum):
    """What a request asks for."""

    ANSWER = "answer"
    PAGE = "page"
    OPERATOR = "operator"


def first_part(path: str) -> str:
    """Of an address, as the application will read it: slashes may be doubled, letters escaped."""
    return next((part for part in unquote(path).split("/") if part), "")


def kind_of(method: str, path: str) -> Kind:
    """By the address alone."""
    first = first_part(path)
    if method == "OPTIONS" or first in {"health", "metrics"}:
        return Kind.OPERATOR
    return Kind.ANSWER if method == "POST" and first == CALLS else Kind.PAGE


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Work]):
    work: Work
    size: int
    since: float


class Line(Generic[Work]):
    """Work of one kind."""

    def __init__(self, *, at_once: int, places: int, bytes_at_once: int, stale_seconds: float) -> None:
        """Nothing waits.

        Args:
            at_once: in work.
            places: to wait in.
            bytes_at_once: of what is in work; one always may be, however large.
            stale_seconds: after which nobody waits any more.
        """
        self._at_once = at_once
        self._places = places
        self._bytes_at_once = bytes_at_once
        self._stale_seconds = stale_seconds
        self._waiting: deque[_Waiting[Work]] = deque()
        self._in_work = 0
        self._bytes = 0

    def __len__(self) -> int:
        """In work or waiting."""
        return self._in_work + len(self._waiting)

    def offer(self, work: Work, size: int, now: float) -> bool:
        """Whether there is a place for it."""
        if len(self._waiting) >= self._places + self._free:
            return False
        self._waiting.append(_Waiting(work, size, now))
        return True

    def begin(self) -> Iterator[Work]:
        """What is to be worked on from now, in the order in which it came."""
        while self._waiting and self._free and self._fits(self._waiting[0].size):
            first = self._waiting.popleft()
            self._in_work += 1
            self._bytes += first.size
            yield first.work

    def finish(self, size: int) -> None:
        """Something of this size is done."""
        self._in_work -= 1
        self._bytes -= size

    def stale(self, now: float) -> Iterator[Work]:
        """Who waited too long, and waits no more."""
        while self._waiting and now - self._waiting[0].since > self._stale_seconds:
            yield self._waiting.popleft().work

    @property
    def _free(self) -> int:
        return self._at_once - self._in_work

    def _fits(self, size: int) -> bool:
        return self._in_work == 0 or self._bytes + size <= self._bytes_at_once


def make_lines(limits: Limits) -> dict[Kind, Line[Work]]:
    """One for each kind."""
    sizes = {
        Kind.ANSWER: (limits.answers, limits.waiting),
        Kind.PAGE: (limits.pages, QUEUE),
        Kind.OPERATOR: (OPERATORS, QUEUE),
    }
    return {
        kind: Line(
            at_once=at_once,
            places=places,
            bytes_at_once=limits.answer_bytes,
            stale_seconds=limits.stale_seconds if kind is Kind.ANSWER else limits.receive_seconds,
        )
        for kind, (at_once, places) in sizes.items()
    }
