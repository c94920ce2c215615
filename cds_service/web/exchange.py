"""One request to a CDS Hooks endpoint: what was sent, and what is known about it."""

import math
import re
import time
from dataclasses import dataclass, field
from functools import partial

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from cds_service.core.caller import NOBODY, Caller
from cds_service.outgoing.deadline import Deadline
from cds_service.places import BODIES, CallPlace
from cds_service.protocol.messages import (
    NO_CARDS,
    HookInstances,
    HookRequest,
    HookResponse,
)
from cds_service.site.clients import Client

LARGE_BYTES = 512 * 1024  # three times a full prefetch
PIECE = 64 * 1024  # bytes read at a time
# Fewest bytes of a body for each JSON value. Records have twenty; with three, the
# largest body would take two seconds and 120 MB to parse.
LEAST_BYTES = 6
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
    """The state of a request, filled in as it proceeds, and logged at its end.

    Attributes:
        request: the request with its headers; its body may not have been received.
        service_id: id of the called service; empty if none is called, "unknown" if we
            have no such service.
        caller: once it is known.
        client: the caller's EHR as the site describes it; None in open mode.
        deadline: deadline of the answer, once it is known.
        hook_request: the body as it was read, if it is a request.
        reason: a short word for the log.
        lacked: name of the places that it needed and did not get; empty if none.
        failure: the exception that ended it; None for an error of HTTP itself.
        began: monotonic time at which a thread took it; a WSGI application does not
            know when it arrived.
    """

    request: Request
    service_id: str = ""
    caller: Caller = NOBODY
    client: Client | None = None
    deadline: Deadline | None = None
    body: bytes | None = None
    hook_request: HookRequest | None = None
    hook_instance: str = ""
    reason: str = ""
    lacked: str = ""
    failure: Exception | None = None
    response: HookResponse = NO_CARDS
    began: float = field(default_factory=time.monotonic)
    _place: CallPlace = field(default_factory=partial(CallPlace, BODIES))

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
        """Read the body: plain JSON in UTF-8, of at most `MAX_CONTENT_LENGTH` bytes.

        Raises:
            HTTPException: it is not, or it has too many values for its length.
            TooBusy: other large bodies took all the time.
        """
        encoding = self.request.environ.get("HTTP_CONTENT_ENCODING", "identity")
        charset = self.request.mimetype_params.get("charset", "utf-8")
        is_utf_8 = charset.lower() in {"utf-8", "utf8"}
        is_plain = encoding.lower() == "identity"
        if not (is_plain and is_utf_8 and self.request.is_json):
            raise UnsupportedMediaType
        length = self.request.content_length
        if length is not None and length > LARGE_BYTES:
            self._take_place()
        # If the length is not known, the body waits once it proves to be large.
        first = self._read_first() if length is None else b""
        if len(first) > LARGE_BYTES:
            self._take_place()
        self.body = first + self.request.get_data(cache=False)
        most_values = (self.request.max_content_length or math.inf) / LEAST_BYTES
        if len(self.body) > most_values:
            values = sum(map(self.body.count, (b"{", b"[", b",")))
            if values > most_values:
                self.body = None  # so that the exception does not keep it in memory
                raise RequestEntityTooLarge
        return self.body

    def _read_first(self) -> bytes:
        """Read until the body ends, or is known to be large."""
        pieces, length = [], 0
        while length <= LARGE_BYTES and (piece := self.request.stream.read(PIECE)):
            pieces.append(piece)
            length += len(piece)
        return b"".join(pieces)

    def _take_place(self) -> None:
        """Wait until no other call of this process has a large body."""
        until = self.deadline.for_orders() if self.deadline is not None else None
        self._place.take(until=until)

    def end(self) -> None:
        """Release the body after the answer, and let the next large body in.

        A failure refers to this exchange by its traceback. If it were kept, body and
        failure would stay in memory until the garbage collector runs.
        """
        self.body = self.hook_request = self.failure = None
        self._place.end()
