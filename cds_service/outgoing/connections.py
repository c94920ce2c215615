"""Make sessions of `requests` that check each exchange: its target, time and size.

Four documented hooks of the libraries are used. In requests, an adapter chooses the
pool of a call (`build_connection_pool_key_attributes`) and answers it (`send`). urllib3
connects to an address under the name of a host (`server_hostname`). A connection of
http.client names the class of its answers (`response_class`). Timeouts of sockets end
single reads; an answer that is slow throughout, or in countless pieces, is ended here.
"""

import math
import os
import socket
import ssl
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from functools import cache
from http.client import HTTPResponse
from io import BufferedReader, BytesIO
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from cds_service.errors import CallFailed
from cds_service.outgoing.address import Address, parse_address
from cds_service.outgoing.breaker import Breaker
from cds_service.outgoing.deadline import Deadline
from cds_service.outgoing.resolving import Resolver

MAX_BYTES = 8 * 1024 * 1024  # of one answer, decoded
MAX_RECORD_BYTES = 32 * 1024 * 1024  # of all answers for one request, decoded
# Bytes that each value of JSON counts besides its text: in memory, `{"a":1}` takes 24
# times its length, `"ab"` twelve times.
VALUE_BYTES = 64
# On the wire, heads and frames of chunks included, of one answer.
MAX_WIRE_BYTES = 64 * 1024 * 1024
# A library reads an answer in pieces (a line, the data of a chunk, its end). Each costs
# the same, however small. So many are allowed, and one more for each PIECE_BYTES.
FREE_PIECES = 2048
PIECE_BYTES = 64
MAX_SERVERS = 64  # in open mode any caller on this machine may name one
POOL_SIZE = 32
SECONDS = 10.0  # of an exchange that sets no timeout
LEAST_CONNECT_SECONDS = 0.3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"User-Agent": "kyphoplasty-cds", "Accept-Encoding": "gzip"}
GZIP = frozenset({"gzip", "x-gzip"})
GZIP_BITS = 31  # the largest window of zlib, in the format of gzip
PIECE = 65536  # bytes of a body that are read, or unpacked, at a time
# Headers that are wrong once the body has been read and decoded.
GONE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class Connections:
    """Open connections and breakers of a process: they carry nothing of a request."""

    def __init__(
        self,
        *,
        allow_private: bool = True,
        allow_public_plain: bool = True,
        max_record_bytes: int = MAX_RECORD_BYTES,
    ) -> None:
        """Begin without a connection.

        Args:
            allow_private: a server's name may lead into a private network. A site
                decides it; in open mode the operator has named every server that is not
                this machine.
            allow_public_plain: plain http may leave private networks; with a site it
                never may.
            max_record_bytes: most bytes of all answers for one request, decoded.
        """
        self.max_record_bytes = max_record_bytes
        self._resolver = Resolver(
            allow_private=allow_private, allow_public_plain=allow_public_plain
        )
        self._pools = urllib3.PoolManager(
            MAX_SERVERS, maxsize=POOL_SIZE, block=False, ssl_context=_tls()
        )
        self._pools.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
        self._lock = threading.Lock()
        self._breakers: OrderedDict[str, Breaker] = OrderedDict()

    def session(
        self, *, max_bytes: int = MAX_BYTES, max_total_bytes: int | None = None
    ) -> requests.Session:
        """Open a session for one purpose: one request of an EHR, or one issuer.

        Threads may share it.

        Args:
            max_bytes: most bytes of one answer, decoded.
            max_total_bytes: most bytes of all its answers, with `VALUE_BYTES` for each
                value of JSON; None for no limit.
        """
        session = requests.Session()
        adapter = _CheckedAdapter(
            self._pools, self._resolver, max_bytes, ByteBudget(max_total_bytes)
        )
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        session.headers.update(HEADERS)
        session.trust_env = False
        return session

    def breaker(self, base: Address) -> Breaker:
        """Return the breaker of the server at this base."""
        with self._lock:
            breaker = self._breakers.setdefault(base.url, Breaker())
            self._breakers.move_to_end(base.url)
            while len(self._breakers) > MAX_SERVERS:
                self._breakers.popitem(last=False)
            return breaker


class ByteBudget:
    """The bytes that all answers of one session may take; its threads share it.

    Bytes of an answer that is refused later count too.
    """

    def __init__(self, most: int | None) -> None:
        """Begin with the whole budget.

        Args:
            most: bytes, decoded; None for no limit.
        """
        self._lock = threading.Lock()
        self._left = math.inf if most is None else most

    def take(self, count: int) -> None:
        """Take so many bytes; zero checks that some are left.

        Raises:
            CallFailed: none are left.
        """
        with self._lock:
            self._left -= count
            if self._left <= 0:
                raise CallFailed(
                    "budget", "the server sent more than is read for one answer"
                )


class _CheckedAdapter(HTTPAdapter):
    """One session's way to the shared pools."""

    def __init__(
        self,
        pools: urllib3.PoolManager,
        resolver: Resolver,
        max_bytes: int,
        budget: ByteBudget,
    ) -> None:
        self._pools = pools
        self._resolver = resolver
        self._max_bytes = max_bytes
        self._budget = budget
        super().__init__()

    def init_poolmanager(self, *_arguments: Any, **_options: Any) -> None:
        """Use the shared pools; no session makes its own."""
        self.poolmanager = self._pools

    def close(self) -> None:
        """Do nothing: the pools serve other sessions."""

    def cert_verify(self, *_arguments: Any) -> None:
        """Do nothing: the context of the pools checks, and knows the authorities."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Return the pool of the address; the certificate must be that of the Host."""
        host, tls = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {
            **tls,
            "server_hostname": urlsplit(f"//{request.headers['Host']}").hostname,
        }

    def send(
        self,
        request: requests.PreparedRequest,
        # A body that is read later would be read without its deadline.
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002
        timeout: Any = None,
        verify: Any = True,  # noqa: ARG002, FBT002 - certificates are always checked
        cert: Any = None,
        proxies: Any = None,  # noqa: ARG002 - none are used
    ) -> requests.Response:
        """Return the answer with its whole body.

        Args:
            timeout: seconds for the whole exchange.

        Raises:
            CallFailed: there was none, it broke off, it is too large, it did not come
                in time, or it redirects.
        """
        seconds = SECONDS if timeout is None else float(timeout)
        deadline = Deadline.after(seconds)
        try:
            raw = self._begin(request, deadline, cert).raw
            body = self._read(raw, deadline)
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
        ) as error:
            if deadline.left <= 0:
                raise late() from None
            raise _as_failure(error) from None
        headers = {
            name: value
            for name, value in raw.headers.items()
            if name.lower() not in GONE
        }
        if raw.status in REDIRECTS:
            raise CallFailed("redirect", "the server redirects to another place")
        whole = urllib3.HTTPResponse(
            BytesIO(body), headers, raw.status, reason=raw.reason, preload_content=False
        )
        return self.build_response(request, whole)

    def _begin(
        self, request: requests.PreparedRequest, deadline: Deadline, cert: Any
    ) -> requests.Response:
        """Return the head of the answer, from the first address that can be reached."""
        place = _place_of(request)
        self._budget.take(0)
        addresses = self._resolver.addresses(
            place.host, deadline, is_plain=place.scheme == "http"
        )
        for address in addresses:
            if deadline.left <= 0:
                raise late()
            seconds = deadline.left
            # seconds to connect, and to wait for each read
            limits = (max(LEAST_CONNECT_SECONDS, seconds / 4), seconds)
            try:
                return super().send(
                    _pinned(request, address), stream=True, timeout=limits, cert=cert
                )
            except requests.ConnectionError as error:
                has_connected = not isinstance(
                    _cause(error), urllib3.exceptions.ConnectTimeoutError
                )
                if has_connected or address == addresses[-1]:
                    raise
        raise AssertionError("a name has an address")

    def _read(self, raw: urllib3.BaseHTTPResponse, deadline: Deadline) -> bytes:
        """Read the decoded body; a connection that is not read to its end is closed."""
        connection: Any = raw.connection
        # Taken before the read: a connection that is free again may have another.
        watch = connection.watch
        try:
            body = self._whole(raw, deadline)
        except BaseException:
            raw.close()
            raise
        finally:
            watch.cancel()
        raw.release_conn()
        return body

    def _whole(self, raw: urllib3.BaseHTTPResponse, deadline: Deadline) -> bytes:
        """Read the body piece by piece into one growing buffer, and check its size."""
        # After an interim answer the real one is yet to come: the next session would
        # read it as its own.
        if raw.status < 200:
            raise _broken_off()
        body, announced = bytearray(), raw.headers.get("Content-Length", "")
        # Decoded, it is larger still.
        if announced.isdecimal() and int(announced[:20]) > self._max_bytes:
            raise _too_large()
        for piece in _pieces_of(raw, deadline):
            body += piece
            if len(body) > self._max_bytes:
                raise _too_large()
            if deadline.left <= 0:
                raise late()
            self._budget.take(len(piece))
        # A head that was cut off may look like one without a body.
        if deadline.left <= 0:
            raise late()
        self._budget.take(VALUE_BYTES * sum(map(body.count, (b"{", b"[", b","))))
        return bytes(body)


def _pieces_of(raw: urllib3.BaseHTTPResponse, deadline: Deadline) -> Iterator[bytes]:
    """Yield the decoded body in pieces, some of them empty.

    Raises:
        CallFailed: it is packed in several layers or parts, or breaks off.
    """
    encoding = raw.headers.get("Content-Encoding", "").strip().lower()
    if "," in encoding:  # we asked for one
        raise _in_pieces()
    if encoding in GZIP:
        yield from _unpacked(raw, deadline)
        return
    while piece := raw.read1(PIECE, decode_content=True):
        yield piece


def _unpacked(raw: urllib3.BaseHTTPResponse, deadline: Deadline) -> Iterator[bytes]:
    """Yield a body of gzip unpacked, piece by piece.

    The library would unpack any number of members in one read, and each costs the same,
    however small. Servers pack an answer into one.
    """
    decoder = zlib.decompressobj(GZIP_BITS)
    while packed := raw.read1(PIECE, decode_content=False):
        try:
            while (piece := decoder.decompress(packed, PIECE)) or packed:
                yield piece
                packed = decoder.unconsumed_tail
        except zlib.error:
            raise _broken_off() from None
        if decoder.unused_data:
            raise _in_pieces()
    if not decoder.eof:
        raise late() if deadline.left <= 0 else _broken_off()


def _place_of(request: requests.PreparedRequest) -> Address:
    try:
        return parse_address(request.url or "")
    except ValueError:
        raise CallFailed("address", "the server's address is not valid") from None


def _pinned(
    request: requests.PreparedRequest, address: str
) -> requests.PreparedRequest:
    """Return the request to this address instead of the name, which stays in Host."""
    parts = urlsplit(str(request.url))
    host = f"[{address}]" if ":" in address else address
    place = host if parts.port is None else f"{host}:{parts.port}"
    pinned = copy(request)
    pinned.url = parts._replace(netloc=place).geturl()
    pinned.headers["Host"] = parts.netloc
    return pinned


def late() -> CallFailed:
    return CallFailed("timeout", "not read in time")


def _too_large() -> CallFailed:
    return CallFailed("too-large", "the server's answer is too large")


def _in_pieces() -> CallFailed:
    return CallFailed("pieces", "the server's answer is in too many pieces")


def _broken_off() -> CallFailed:
    return CallFailed("truncated", "the server's answer broke off")


def _cause(error: Exception) -> Any:
    """Return the error of urllib3 that requests has wrapped; else the error itself."""
    is_wrapped = isinstance(error, requests.RequestException) and error.args
    inner = error.args[0] if is_wrapped else error
    return getattr(inner, "reason", None) or inner


def _as_failure(error: Exception) -> CallFailed:
    cause = _cause(error)
    if isinstance(cause, urllib3.exceptions.SSLError | ssl.SSLError):
        return CallFailed("tls", "the server's certificate or encryption was refused")
    if isinstance(cause, urllib3.exceptions.ConnectTimeoutError):
        return CallFailed("unreachable", "the server cannot be reached")
    if isinstance(cause, urllib3.exceptions.TimeoutError | TimeoutError):
        return late()
    parts = (cause, *getattr(cause, "args", ()))
    if any(isinstance(part, ConnectionError) for part in parts):
        return CallFailed("reset", "the connection to the server broke")
    if isinstance(cause, urllib3.exceptions.HTTPError):
        return _broken_off()
    return CallFailed("unreachable", "the connection to the server failed")


# --- connections


@cache
def _tls() -> ssl.SSLContext:
    """Return the context that checks certificates, made once.

    The authorities are the machine's own, so that one that its owner removed stays
    removed. A machine without a list gets that of the browsers.
    """
    context = ssl.create_default_context()
    folder = ssl.get_default_verify_paths().capath  # read by OpenSSL as it needs them
    has_own = context.cert_store_stats()["x509_ca"] or (
        folder and any(os.scandir(folder))
    )
    if not has_own:
        context.load_verify_locations(certifi.where())
    # By RFC 9525 a name counts only in the certificate's subjectAltName.
    context.hostname_checks_common_name = False
    return context


class _Counted(BufferedReader):
    """The bytes of one answer as they come; too many, or too many pieces, end it.

    The libraries read chunks of one byte, `100 Continue` and bytes that unpack to
    nothing in their own loops. Only their reads can be counted.
    """

    _pieces = 0
    _bytes = 0

    def _count(self, size: int) -> None:
        self._pieces += 1
        self._bytes += size
        if self._bytes > MAX_WIRE_BYTES:
            raise _too_large()
        if self._pieces > FREE_PIECES + self._bytes // PIECE_BYTES:
            raise _in_pieces()

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self._count(len(content))
        return content

    def read1(self, size: int = -1, /) -> bytes:
        content = super().read1(size)
        self._count(len(content))
        return content

    def readline(self, size: int | None = -1, /) -> bytes:
        content = super().readline(size)
        self._count(len(content))
        return content

    def readinto(self, buffer: Any, /) -> int:
        size = super().readinto(buffer)
        self._count(size)
        return size


class _CountedResponse(HTTPResponse):
    """An answer whose reads are counted from its first line on."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fp = _Counted(self.fp.detach())


class _InTime(HTTPConnection):
    """A connection whose timeout is for a whole answer, not for each read.

    One call of a library may read many times: lines of the head, of chunks and of
    trailers, or bytes that unpack to nothing.

    Attributes:
        watch: timer of the newest answer; cancelled once its body is read.
    """

    watch: threading.Timer
    response_class = _CountedResponse

    def getresponse(self) -> Any:
        self.watch = watch = threading.Timer(
            self.timeout or SECONDS, _shut, (self.sock,)
        )
        watch.daemon = True
        try:
            watch.start()
        except RuntimeError:  # the system has no more threads
            raise CallFailed(
                "no-thread", "this service has too much to do at the moment"
            ) from None
        try:
            return super().getresponse()
        except BaseException:
            watch.cancel()
            raise


def _shut(connected: socket.socket) -> None:
    """End every read of this socket; closing it would break the thread that reads."""
    with suppress(OSError):  # it has ended by itself
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


class _TlsInTime(_InTime, HTTPSConnection):
    """The same with encryption."""


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _InTime


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsInTime
