"""One request to a CDS Hooks endpoint: what was sent, and what is known about it."""

import math
import re
import threading
import time
from dataclasses import dataclass, field

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from cds_service.core.caller import NOBODY, Caller
from cds_service.errors import DeadlinePassed
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import NO_CARDS, HookInstances, HookResponse
from cds_service.site.clients import Client

LARGE_BYTES = 512 * 1024  # three times a full prefetch
PIECE = 64 * 1024
# for each JSON value; a record takes twenty, and of three a body takes two seconds and
# 120 MB
LEAST_BYTES = 6
_LARGE = threading.Lock()
# Version (any but ff; 00 has no more parts), trace id and parent id, which are not
# zero, flags.
TRACEPARENT = re.compile(
    r"(?!ff)(?!00-.{52}-)[0-9a-f]{2}"
    r"-(?!0{32})([0-9a-f]{32})"
    r"-(?!0{16})[0-9a-f]{16}"
    r"-[0-9a-f]{2}(?:-[!-~]{0,200})?"
)


@dataclass(slots=True)
class Exchange:
    """The state of a request, filled in as it proceeds.

    If it fails, this state is logged.

    Attributes:
        request: the request with its headers; its body may not have been received.
        service_id: id of the called service; empty if none is called, "unknown" if we
            have no such service.
        caller: once it is known.
        client: the same as the site describes it; None in open mode.
        deadline: deadline of the answer, once it is known.
        reason: a short word for the log.
        has_no_place: its EHR had no place left to read FHIR servers.
        failure: the exception that ended it; None if HTTP itself refused it.
        began: monotonic time at which a thread took it, which is all that a WSGI
            application knows of its arrival.
    """

    request: Request
    service_id: str = ""
    caller: Caller = NOBODY
    client: Client | None = None
    deadline: Deadline | None = None
    body: bytes | None = None
    hook_instance: str = ""
    reason: str = ""
    has_no_place: bool = False
    failure: Exception | None = None
    response: HookResponse = NO_CARDS
    began: float = field(default_factory=time.monotonic)
    _is_large: bool = False

    @property
    def hook_instances(self) -> HookInstances:
        """Return the form in which this caller's EHR writes `hookInstance`."""
        return self.client.hook_instance if self.client is not None else "uuid"

    @property
    def trace(self) -> str:
        """Return the trace that the call names; empty without a valid one.

        Its form is that of W3C Trace Context.
        """
        trace = TRACEPARENT.fullmatch(self.request.headers.get("traceparent", ""))
        return trace[1] if trace else ""

    def read_body(self) -> bytes:
        """Read the body, which must be plain JSON in UTF-8.

        It may not be longer than `MAX_CONTENT_LENGTH`, and not all brackets.

        Raises:
            HTTPException: it is not.
            DeadlinePassed: other large bodies took all the time.
        """
        is_plain = (
            self.request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower()
            == "identity"
        )
        charset = self.request.mimetype_params.get("charset", "utf-8")
        if not (
            is_plain and self.request.is_json and charset.lower() in {"utf-8", "utf8"}
        ):
            raise UnsupportedMediaType
        length = self.request.content_length
        if length is not None and length > LARGE_BYTES:
            self._wait_for_large_bodies()
        # Of a length that is not known: only a body that proves large waits for others.
        first = self._read_first() if length is None else b""
        if len(first) > LARGE_BYTES:
            self._wait_for_large_bodies()
        self.body = first + self.request.get_data(cache=False)
        most = (self.request.max_content_length or math.inf) / LEAST_BYTES
        if (
            len(self.body) > most
            and sum(map(self.body.count, (b"{", b"[", b","))) > most
        ):
            self.body = None  # nor does the exception keep it
            raise RequestEntityTooLarge
        return self.body

    def _read_first(self) -> bytes:
        """Read until the body ends, or is known to be large."""
        pieces, length = [], 0
        while length <= LARGE_BYTES and (piece := self.request.stream.read(PIECE)):
            pieces.append(piece)
            length += len(piece)
        return b"".join(pieces)

    def _wait_for_large_bodies(self) -> None:
        """Let a worker hold one large body at a time, until the answer.

        Parsed it takes some thirty times its bytes.
        """
        self._is_large = _LARGE.acquire(
            timeout=max(self.deadline.left, 0.0) if self.deadline is not None else -1
        )
        if not self._is_large:
            raise DeadlinePassed("The time for this answer is over.")

    def end(self) -> None:
        """Let go of what came, and let the next large body in: this call is answered.

        A failure knows where it happened, and there is this call with its body: left
        so, both stay in memory until the garbage collector comes by.
        """
        self.body = self.failure = None
        if self._is_large:
            _LARGE.release()
