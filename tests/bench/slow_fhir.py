"""A FHIR server that takes so long for every query: `python -m tests.bench.slow_fhir PORT MILLISECONDS`.

It knows the answers to the service's queries by heart, for whichever patient is asked for.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from functools import cache, partial
from urllib.parse import parse_qs, unquote, urlsplit

from cds_service.loading import load_service
from tests.bench.bodies import PATIENT, prefetch_answers
from tests.live_service import SERVICE_ID

PATIENT_OF = re.compile(r"(?:patient=|Patient/)([A-Za-z0-9.\-]+)")


def templates() -> dict[str, str]:
    """What discovery asks for, by key."""
    return dict(load_service().hooks[SERVICE_ID].discovery["prefetch"])


@cache
def _answers() -> dict[tuple[str, str], bytes]:
    given = prefetch_answers()
    return {_question(template): json.dumps(given[key]).encode() for key, template in templates().items()}


def _question(query: str) -> tuple[str, str]:
    parts = urlsplit(query)
    return parts.path.partition("/")[0], parse_qs(parts.query).get("code", [""])[0]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, seconds: float) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            asked = unquote(head.split(b" ")[1].decode()).removeprefix("/fhir/")
            await asyncio.sleep(seconds)
            patient = PATIENT_OF.search(asked)
            found = _answers().get(_question(asked), b"")
            body = found.replace(PATIENT.encode(), patient[1].encode() if patient else b"")
            status = b"200 OK" if found else b"404 Not Found"
            lines = (b"HTTP/1.1 " + status, b"Content-Type: application/fhir+json", b"Content-Length: %d" % len(body))
            writer.write(b"\r\n".join((*lines, b"", body)))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has gone
    finally:
        writer.close()


async def _main(port: int, milliseconds: float) -> None:
    _answers()
    server = await asyncio.start_server(partial(_serve, seconds=milliseconds / 1000), "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
