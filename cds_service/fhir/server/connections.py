"""Connections to FHIR servers, shared by all requests of a process: they carry nothing of any request.

No proxy, no cookies, no redirects and no retries here; certificates are always checked, and no server can hold a
connection beyond the deadline of the call, however slowly it speaks.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from cds_service.deadline import Deadline
from cds_service.errors import FhirReadError
from cds_service.fhir.address import Address
from cds_service.fhir.server.breaker import Breaker, RetryBudget
from cds_service.fhir.server.resolving import Resolver

MAX_BYTES = 8 * 1024 * 1024  # of one answer, decoded
MAX_RECORD_BYTES = 32 * 1024 * 1024  # of all answers for one request, decoded
# What an object or a list counts beyond the bytes that write it: `{}` is held in thirty times its own.
BRACKET_BYTES = 16
MAX_SERVERS = 64  # in open mode anyone on this machine may name one
POOL_SIZE = 32
LEAST_CONNECT_SECONDS = 0.3
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer, read to its end and decoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """In lower case, empty when there is none."""
        return self.headers.get("Content-Type", "").lower()


class ByteBudget:
    """What all answers for one request may take up together; its reads share it, side by side.

    What was taken stays taken, also by an answer that is refused later.
    """

    def __init__(self, most: int) -> None:
        """Nothing is taken.

        Args:
            most: bytes, decoded.
        """
        self._lock = threading.Lock()
        self._left = most

    def take(self, count: int) -> None:
        """Make room for so many more bytes; zero asks whether there is any.

        Raises:
            FhirReadError: there is none.
        """
        with self._lock:
            self._left -= count
            if self._left <= 0:
                raise FhirReadError("budget", "the server sent more than is read for one answer")


class Connections:
    """Every FHIR server that this process has called lately."""

    def __init__(
        self,
        *,
        allow_private: bool = True,
        allow_public_plain: bool = True,
        max_record_bytes: int = MAX_RECORD_BYTES,
    ) -> None:
        """No server yet.

        Args:
            allow_private: whether a server's name may lead into a private network; a site says so, in open mode the
                operator names every server that is not this machine.
            allow_public_plain: whether plain http may leave private networks; a site never lets it.
            max_record_bytes: of all answers for one request, decoded.
        """
        self.max_record_bytes = max_record_bytes
        self._resolver = Resolver(allow_private=allow_private, allow_public_plain=allow_public_plain)
        self._lock = threading.Lock()
        self._servers: OrderedDict[str, Server] = OrderedDict()

    def server(self, base: Address) -> Server:
        """The server at this base; one breaker, one budget of retries, one set of connections each."""
        with self._lock:
            if base.url not in self._servers:
                self._servers[base.url] = Server(base, self._resolver)
            self._servers.move_to_end(base.url)
            while len(self._servers) > MAX_SERVERS:
                self._servers.popitem(last=False)
            return self._servers[base.url]


class Server:
    """One FHIR base: its open connections, its breaker, its budget of retries."""

    def __init__(self, base: Address, resolver: Resolver) -> None:
        """Nothing is connected yet."""
        self.breaker = Breaker()
        self.retries = RetryBudget()
        shared: dict[str, Any] = {"maxsize": POOL_SIZE, "block": False, "resolver": resolver}
        self._pool = (
            _TlsPool(base.host, base.port, ssl_context=_tls(), **shared)
            if base.scheme == "https"
            else _PlainPool(base.host, base.port, **shared)
        )

    def exchange(
        self,
        target: str,
        headers: Mapping[str, str],
        deadline: Deadline,
        *,
        form: str | None = None,
        max_bytes: int = MAX_BYTES,
        budget: ByteBudget | None = None,
    ) -> Reply:
        """The answer to one request.

        Args:
            target: path and query.
            headers: all that are sent besides Host.
            deadline: of the whole exchange, lookup and connecting included.
            form: sent as the body of a POST; None for a GET.
            max_bytes: of the answer, decoded.
            budget: that it shares with other answers, where there is one.

        Raises:
            FhirReadError: there was none, it broke off, it is too large, or it did not come in time.
        """
        if deadline.left <= 0:
            raise late()
        budget = budget or ByteBudget(max_bytes * BRACKET_BYTES * 2)  # none but that of its own size
        budget.take(0)
        mark = _DEADLINE.set(deadline)
        try:
            response = self._pool.urlopen(
                "GET" if form is None else "POST",
                target,
                body=form,
                headers=headers if form is None else {**headers, "Content-Type": FORM},
                timeout=urllib3.Timeout(connect=max(LEAST_CONNECT_SECONDS, deadline.left / 4), read=deadline.left),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            body = _body_of(response, deadline, max_bytes, budget)
            budget.take(BRACKET_BYTES * (body.count(b"{") + body.count(b"[")))
            return Reply(response.status, response.headers, body)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _as_read_error(error) from None
        finally:
            _DEADLINE.reset(mark)


def late() -> FhirReadError:
    """The time was over."""
    return FhirReadError("timeout", "not read in time")


def _body_of(response: urllib3.BaseHTTPResponse, deadline: Deadline, max_bytes: int, budget: ByteBudget) -> bytes:
    """The decoded body, piece by piece as it comes; a connection that is not read to its end is closed."""
    try:
        body = _read(response, deadline, max_bytes, budget)
    except BaseException:
        response.close()
        raise
    response.release_conn()
    return body


def _read(response: urllib3.BaseHTTPResponse, deadline: Deadline, max_bytes: int, budget: ByteBudget) -> bytes:
    """In one place that grows: a hundred pieces of a large body leave holes in the memory of the process."""
    body, announced = bytearray(), response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > max_bytes:  # packed, it is larger still
        raise _too_large()
    while piece := response.read1(65536, decode_content=True):
        budget.take(len(piece))
        body += piece
        if len(body) > max_bytes:
            raise _too_large()
        if deadline.left <= 0:
            raise late()
    return bytes(body)


def _too_large() -> FhirReadError:
    return FhirReadError("too-large", "the server's answer is too large")


def _as_read_error(error: Exception) -> FhirReadError:
    if isinstance(error, urllib3.exceptions.SSLError | ssl.SSLError):
        return FhirReadError("tls", "the server's certificate or encryption was refused")
    if isinstance(error, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return FhirReadError("unreachable", "the server cannot be reached")
    if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
        return late()
    if any(isinstance(cause, ConnectionError) for cause in (error, *error.args)):
        return FhirReadError("reset", "the connection to the server broke")
    if isinstance(error, urllib3.exceptions.HTTPError):
        return FhirReadError("truncated", "the server's answer broke off")
    return FhirReadError("unreachable", "the connection to the server failed")


# --- sockets ---------------------------------------------------------------------------------------------------------

# The deadline of the call that this thread makes. A socket sees only single reads, and a server that sends one byte
# within each of them would never be late.
_DEADLINE: ContextVar[Deadline] = ContextVar("deadline of the call")


class _InTime:
    """Each wait of a socket, to read or to write, ends with the deadline of the call."""

    def recv_into(self, *arguments: Any) -> int:
        self._limit()
        return int(super().recv_into(*arguments))  # type: ignore[misc]

    def sendall(self, *arguments: Any) -> None:
        self._limit()
        super().sendall(*arguments)  # type: ignore[misc]

    def _limit(self) -> None:
        left = _DEADLINE.get().left
        if left <= 0:
            raise TimeoutError
        self.settimeout(left)  # type: ignore[attr-defined]


class _PlainSocket(_InTime, socket.socket):
    """A socket that keeps the deadline."""


class _TlsSocket(_InTime, ssl.SSLSocket):
    """A socket that keeps the deadline, encrypted."""


def _tls() -> ssl.SSLContext:
    """Certificates are checked against the authorities of this machine and those that browsers trust."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.sslsocket_class = _TlsSocket
    return context


class _Checked:
    """A connection to an address that the resolver has checked; Host and certificate stay those of the name."""

    def __init__(self, *arguments: Any, resolver: Resolver, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._resolver = resolver

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        deadline = _DEADLINE.get()
        is_plain = isinstance(self, _PlainConnection)
        for address in self._resolver.addresses(connection.host.strip("[]"), deadline, is_plain=is_plain):
            with suppress(OSError):
                seconds = min(connection.timeout, max(0.001, deadline.left))
                plain = socket.create_connection((address, connection.port), timeout=seconds)
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return _with_deadline(plain)
        raise urllib3.exceptions.NewConnectionError(connection, "none of its addresses answers")


def _with_deadline(plain: socket.socket) -> _PlainSocket:
    seconds = plain.gettimeout()
    kept = _PlainSocket(fileno=plain.detach())
    kept.settimeout(seconds)
    return kept


class _PlainConnection(_Checked, HTTPConnection):
    """Without encryption."""


class _TlsConnection(_Checked, HTTPSConnection):
    """With encryption."""


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
