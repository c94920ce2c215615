"""The bytes of one connection until they are a whole request: no thread waits for a slow sender.

The head is read by gunicorn's parser, pieces by that of its asynchronous side, so that no rule of HTTP is ours.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from gunicorn.asgi.parser import ParseError, PythonProtocol
from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import (
    ConfigurationProblem,
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    NoMoreData,
    ParseException,
)
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from cds_service.web.transport.limits import Limits

# What a body in pieces is announced by, for a parser of its own.
_PIECES = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
_HEAD_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (LimitRequestLine, 414),
    (LimitRequestHeaders, 431),
    (ExpectationFailed, 417),
)


class NotReceived(Exception):
    """These bytes become no request.

    Attributes:
        status: of HTTP; the connection ends with it.
        reason: a short word for the counts.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
        self.reason = {413: "too-large", 414: "head", 431: "head", 417: "expectation"}.get(status, "no-http")


class Receiver:
    """Takes what comes from one peer, one request after the other.

    Attributes:
        wants_continue: the peer sends its body once it is told to.
    """

    def __init__(self, cfg: Any, peer: Any, limits: Limits) -> None:
        """Nothing has come yet.

        Args:
            cfg: gunicorn's.
            peer: address of the socket.
            limits: of the server.
        """
        self._cfg = cfg
        self._peer = peer
        self._limits = limits
        self._buffer = bytearray()
        self._begin()

    def _begin(self) -> None:
        self._scanned = 0
        self._request: Any = None
        self._length = 0
        self._pieces: Any = None
        self._body = bytearray()
        self._count = 0
        self.wants_continue = False

    @property
    def held(self) -> int:
        """Bytes that are kept."""
        return len(self._buffer) + len(self._body)

    @property
    def is_idle(self) -> bool:
        """Whether no byte of a request has come."""
        return self._request is None and not self._buffer

    def feed(self, octets: bytes) -> Any:
        """The whole request, its body in memory, once these bytes complete it; None before.

        What comes behind it is kept for the next call, which may be one without bytes.

        Raises:
            NotReceived: it never will be one.
        """
        self._buffer += octets
        if self._request is None and not self._read_head():
            return None
        body = self._read_body()
        if body is None:
            return None
        request = self._request
        request.body = BytesIO(body)
        request._expected_100_continue = False  # said already  # noqa: SLF001
        self._begin()
        return request

    def _read_head(self) -> bool:
        end = self._end_of_head()
        if end < 0:
            self._refuse_long_head()
            return False
        head = bytes(self._buffer[:end])
        del self._buffer[:end]
        try:
            self._request = Request(self._cfg, IterUnreader([head]), self._peer)
        except (ParseException, ConfigurationProblem, NoMoreData, StopIteration) as error:
            raise NotReceived(
                next((status for kind, status in _HEAD_STATUSES if isinstance(error, kind)), 400)
            ) from None
        self._frame_body()
        return True

    def _end_of_head(self) -> int:
        """Behind the empty line; also behind one without CR, which the parser then refuses."""
        if not self._buffer:
            return -1
        start = max(0, self._scanned - 3)
        self._scanned = len(self._buffer)
        proper = self._buffer.find(b"\r\n\r\n", start)
        bare = self._buffer.find(b"\n\n", start, proper if proper >= 0 else None)  # not in a body behind it
        return bare + 2 if bare >= 0 else proper + 4 if proper >= 0 else -1

    def _refuse_long_head(self) -> None:
        line = self._cfg.limit_request_line
        if len(self._buffer) > line + 2 and self._buffer.find(b"\r\n", 0, line + 2) < 0:
            raise NotReceived(414)
        if len(self._buffer) > self._limits.head_bytes:
            raise NotReceived(431)

    def _frame_body(self) -> None:
        reader = self._request.body.reader
        if isinstance(reader, ChunkedReader):
            self._pieces = PythonProtocol(on_body=self._take_piece)
            self._pieces.feed(_PIECES)
        else:
            self._length = reader.length
        if self._length > self._limits.body_bytes:
            raise NotReceived(413)
        is_waiting = self._pieces is not None or len(self._buffer) < self._length
        self.wants_continue = is_waiting and self._request._expected_100_continue  # noqa: SLF001

    def _take_piece(self, piece: bytes) -> None:
        self._count += 1
        self._body += piece
        if self._count > self._limits.chunks or len(self._body) > self._limits.body_bytes:
            raise NotReceived(413)

    def _read_body(self) -> bytes | None:
        if self._pieces is None:
            if len(self._buffer) < self._length:
                return None
            body = bytes(memoryview(self._buffer)[: self._length])
            del self._buffer[: self._length]
            return body
        try:
            self._pieces.feed(bytes(self._buffer))
        except ParseError:
            raise NotReceived(400) from None
        self._buffer.clear()
        if not self._pieces.is_complete:
            return None
        self._buffer += self._pieces.remaining()
        return bytes(self._body)
