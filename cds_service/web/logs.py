"""Logs as JSON lines on standard error: ids, numbers and places in our code; never a record, a token or a query."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from cds_service.web.log_sink import UnwaitedHandler

CALLS = logging.getLogger("kyphoplasty_cds.calls")


class JsonLines(logging.Formatter):
    """One JSON object a line. `fields` of a record stand beside time and level; `failure` gives kind and frames."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; control characters are escaped by JSON, so that no value can begin a line of its own."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        fields = getattr(record, "fields", None)
        line.update(fields if fields is not None else {"message": record.getMessage()})
        failure = getattr(record, "failure", None) or (record.exc_info[1] if record.exc_info else None)
        if failure is not None:
            line.update(kind=type(failure).__name__, frames=_frames(failure))
        return json.dumps(line)


def configure_logs(level: str) -> None:
    """All logs of this process at this level, as JSON lines on standard error; no request waits for who reads them."""
    handler = UnwaitedHandler(sys.stderr.fileno())
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("urllib3", "requests", "werkzeug", "alembic"):  # they write addresses with their queries
        logging.getLogger(noisy).setLevel(logging.ERROR)


def log_call(*, service: str, hook_instance: str, status: int, milliseconds: float, cards: int, gaps: int) -> None:
    """One line for one call of a service."""
    fields = {
        "event": "call",
        "service": service,
        "hookInstance": hook_instance,
        "status": status,
        "milliseconds": round(milliseconds, 1),
        "cards": cards,
        "gaps": gaps,
    }
    CALLS.info("call", extra={"fields": fields})


def _frames(failure: BaseException) -> list[str]:
    frames = traceback.extract_tb(failure.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
