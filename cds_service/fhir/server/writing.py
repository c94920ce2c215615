"""Writes to a FHIR server: one transaction, sent once.

Over the connections that serve every read.
"""

import json
import re
from collections.abc import Sequence

from requests import RequestException

from cds_service.errors import CallFailed, CdsError
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.outgoing.address import parse_base
from cds_service.outgoing.connections import Connections
from cds_service.protocol.json_text import JsonTextError, decode_record_json

HEADERS = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}
DONE = ("200", "201")  # there already, by the condition; created
STATUS = re.compile(r"([1-5]\d\d)\b", re.ASCII)
MOST_SAID = 300  # characters of what a server says of its refusal
REFUSALS = {
    401: "the access token was refused, or the server asks for one (401)",
    403: "not permitted to write (403)",
    404: "takes no transactions (404)",
    405: "takes no transactions (405)",
}


class NotWritten(CdsError):
    """The server did not take the transaction; nothing of it was written."""


def send_transaction(
    base: str,
    token: str | None,
    transaction: Json,
    *,
    connections: Connections,
    seconds: float,
) -> Sequence[str]:
    """Send a transaction, and return the status of each entry, in order.

    Each of them is 201, created, or 200, there already.

    Args:
        base: of the server; a person named it.
        token: sent over https, and to this machine.
        transaction: all of it is written, or nothing.
        connections: where calls may go.
        seconds: for the whole exchange.

    Raises:
        NotWritten: the server refused it or a part of it, or gave no answer that says
            what was written.
    """
    address = parse_base(base)
    session = connections.session()
    session.headers.update(HEADERS)
    if token is not None and address.may_carry_tokens:
        session.headers["Authorization"] = f"Bearer {token}"
    try:
        reply = session.post(
            address.url, data=json.dumps(transaction).encode(), timeout=seconds
        )
    except (CallFailed, RequestException) as error:
        said = (
            str(error)
            if isinstance(error, CallFailed)
            else "the server's address is not valid"
        )
        raise NotWritten(
            f"The server gave no answer, so it may or may not have written: {said}."
        ) from None
    try:
        answer = decode_record_json(reply.content)
    except JsonTextError:
        answer = None
    if reply.status_code not in (200, 201):
        refusal = REFUSALS.get(reply.status_code, f"refused ({reply.status_code})")
        raise NotWritten(f"The server wrote nothing: {refusal}{_reason(answer)}.")
    statuses = [
        text(member(entry, "response", "status"))
        for entry in objects(member(answer, "entry"))
    ]
    if len(statuses) != len(objects(transaction["entry"])):
        raise NotWritten("The server's answer does not say what was written.")
    if refused := [one for one in statuses if not one.startswith(DONE)]:
        raise NotWritten(_say_refused(refused, len(statuses)))
    return statuses


def _say_refused(refused: Sequence[str], count: int) -> str:
    """What became of a transaction that a server took apart, which it may not."""
    found = (STATUS.match(one) for one in refused)
    codes = sorted({one[1] if one else "no status" for one in found})
    return (
        f"The server did not write {len(refused)} of {count} entries"
        f" ({', '.join(codes)}), and may have written the rest: look in the record."
    )


def _reason(answer: object) -> str:
    """What the server says of its refusal, shortened.

    It is shown to the person who writes, and kept nowhere.
    """
    issues = objects(member(answer, "issue"))
    said = [
        text(one.get("diagnostics")) or text(member(one, "details", "text"))
        for one in issues
    ]
    words = "; ".join(filter(None, said))
    return f": {words[:MOST_SAID]}" if words else ""
