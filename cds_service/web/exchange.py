"""One request to an address of CDS Hooks: what was sent, and what is known of it by the time it is answered."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wsgi import get_content_length

from cds_service.core.caller import NOBODY, Caller
from cds_service.deadline import Deadline
from cds_service.protocol import HookResponse
from cds_service.web.transport.arrival import ARRIVED

JSON = "application/json"
NO_CARDS = HookResponse()


@dataclass(slots=True)
class Exchange:
    """Fields are filled on the way; what they hold when it fails is what the log says of it.

    Attributes:
        environ: of WSGI.
        most_bytes: of the body.
        service_id: of the service that is called; empty where none is, "unknown" where we have none of this id.
        caller: once it is known.
        deadline: of the answer, once it is known.
        reason: a short word for the log.
        failure: by which it ended; None where HTTP itself refused.
    """

    environ: dict[str, Any]
    most_bytes: int
    service_id: str = ""
    caller: Caller = NOBODY
    deadline: Deadline | None = None
    body: bytes | None = None
    hook_instance: str = ""
    reason: str = ""
    failure: Exception | None = None
    response: HookResponse = NO_CARDS
    began: float = field(default_factory=time.perf_counter)

    @property
    def arrived(self) -> float | None:
        """Monotonic time at which it was whole, where the server says so."""
        return self.environ.get(ARRIVED)

    @property
    def authorization(self) -> str | None:
        """The header as sent."""
        return self.environ.get("HTTP_AUTHORIZATION")

    def read_body(self) -> bytes:
        """The body, which must be plain JSON in UTF-8 and not too long.

        Raises:
            HTTPException: it is not.
        """
        is_plain = self.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() == "identity"
        if not is_plain or not (self.environ.get("CONTENT_TYPE") == JSON or self._is_json()):
            raise UnsupportedMediaType
        length = get_content_length(self.environ)
        if length is not None and length > self.most_bytes:
            raise RequestEntityTooLarge
        body: bytes = self.environ["wsgi.input"].read(self.most_bytes + 1 if length is None else length)
        if len(body) > self.most_bytes:  # of unannounced length
            raise RequestEntityTooLarge
        self.body = body
        return body

    def _is_json(self) -> bool:
        request = Request(self.environ, populate_request=False)
        return request.is_json and request.mimetype_params.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
