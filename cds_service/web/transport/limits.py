"""How much the server takes from outside at a time; measurements are in deploy/bench.md."""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.settings import BODY_BYTES

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one worker process.

    Attributes:
        body_bytes: of one request, decoded; more is 413.
        head_bytes: of request line and headers together; more is 431.
        chunks: pieces of a body that comes in pieces; more is 413.
        receive_seconds: from a request's first byte to its last; more is 408.
        idle_seconds: a connection between two requests.
        send_seconds: for one answer to be taken by the client.
        linger_seconds: what a refused client still sends is read and dropped for so long, so that it reads the refusal.
        connections: open at once; one more ends the longest idle one.
        held_bytes: of all requests that are received, wait or are answered.
        answers: in work at once, of which one computes; the others wait for records or for the log.
        answer_bytes: of the bodies in work at once: a parsed body takes many times its bytes. One always may.
        waiting: requests of the service that wait for their turn; more are 503.
        pages: answered at once that are no call of a service: discovery, pages for people.
        stale_seconds: who waited longer for a turn has gone, and gets 503.
        finish_seconds: at the end, for what is in work.
    """

    body_bytes: int = BODY_BYTES
    head_bytes: int = 64 * 1024
    chunks: int = 16_384
    receive_seconds: float = 10.0
    idle_seconds: float = 65.0
    send_seconds: float = 10.0
    linger_seconds: float = 2.0
    connections: int = 800
    held_bytes: int = 64 * MIB
    answers: int = 8
    answer_bytes: int = 8 * MIB
    waiting: int = 16
    pages: int = 4
    stale_seconds: float = 1.0
    finish_seconds: float = 10.0

    @property
    def threads(self) -> int:
        """One for everything that may be in work at once."""
        return self.answers + self.pages + OPERATORS


OPERATORS = 2  # health, metrics and preflight: never behind anything else
QUEUE = 64  # places of pages and operators
