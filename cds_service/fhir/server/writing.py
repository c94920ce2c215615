"""Write to a FHIR server: one transaction, or one create after the other.

It uses the connections of the reads. Nothing is sent twice.
"""

import json
import re
import time
from collections.abc import Mapping, Sequence

from requests import RequestException, Response, Session

from cds_service.errors import CallFailed, CdsError
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.outgoing.address import parse_base
from cds_service.outgoing.connections import Connections
from cds_service.protocol.json_text import JsonTextError, decode_record_json
from cds_service.protocol.messages import FHIR_ID

HEADERS = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}
DONE = ("200", "201")  # the condition found it there already; created
STATUS = re.compile(r"([1-5]\d\d)\b", re.ASCII)
MOST_SAID = 300  # characters of what a server says of its refusal
SINGLE_REFUSALS = {
    401: "the access token was refused, or the server asks for one (401)",
    403: "not permitted to write (403)",
}
REFUSALS = SINGLE_REFUSALS | {
    404: "takes no transactions (404)",
    405: "takes no transactions (405)",
}
NO_ANSWER = "The server gave no answer, so it may or may not have written: {reason}."
OF_GATEWAYS = (408, 502, 504)
CONDITION = "If-None-Exist"
NO_SOURCE = "The values are written, but not where they come from"
LEAST_SECONDS = 1.0  # for a create, however late
PLACE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]*)?$")


class NotWritten(CdsError):
    """The server did not take all of it.

    Attributes:
        created: number of values that it took before the fault; 0 for a transaction.
        is_known: it is certain that the server took no more than these.
    """

    def __init__(
        self, message: str, created: int = 0, *, is_known: bool = True
    ) -> None:
        super().__init__(message)
        self.created, self.is_known = created, is_known


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
        base: base URL of the server; a person named it.
        token: sent over https, and to this machine.
        transaction: all of it is written, or nothing.
        connections: they know where calls may go.
        seconds: time for the whole exchange.

    Raises:
        NotWritten: the server refused it or a part of it, or gave no answer that says
            what was written.
    """
    session = _session(base, token, connections)
    reply, answer = _post(session, parse_base(base).url, transaction, seconds)
    if reply.status_code not in (200, 201):
        refusal = REFUSALS.get(reply.status_code, f"refused ({reply.status_code})")
        raise NotWritten(f"The server wrote nothing: {refusal}{_reason(answer)}.")
    statuses = [
        text(member(entry, "response", "status"))
        for entry in objects(member(answer, "entry"))
    ]
    if len(statuses) != len(objects(transaction["entry"])):
        why = "The server's answer does not say what was written."
        raise NotWritten(why, is_known=False)
    if refused := [one for one in statuses if not one.startswith(DONE)]:
        is_all = len(refused) == len(statuses)
        raise NotWritten(_batch_refusal(refused, len(statuses)), is_known=is_all)
    return statuses


def send_each(
    base: str,
    token: str | None,
    transaction: Json,
    *,
    connections: Connections,
    seconds: float,
) -> Sequence[str]:
    """Send the creates of a transaction one after the other, and return their statuses.

    This is for servers that take no transaction. The ids that the server gives replace
    the references between the entries. Each create has the condition of its entry, so
    that nothing is created that is there already.

    Args:
        base: base URL of the server; a person named it.
        token: sent over https, and to this machine.
        transaction: its entries are the creates.
        connections: they know where calls may go.
        seconds: time for all of them.

    Raises:
        NotWritten: the server refused one, or gave no answer; those before it are
            written.
    """
    session = _session(base, token, connections)
    ends = time.monotonic() + seconds
    places: dict[str, str] = {}
    statuses: dict[str, str] = {}
    entries = objects(transaction["entry"])
    created = 0
    for entry in sorted(entries, key=_is_provenance):
        resource, request = entry["resource"], entry["request"]
        condition = request.get("ifNoneExist")
        session.headers.pop(CONDITION, None)
        if condition:
            session.headers[CONDITION] = condition
        url = f"{parse_base(base).url}/{request['url']}"
        try:
            left = max(ends - time.monotonic(), LEAST_SECONDS)
            reply, answer = _post(session, url, _filled(resource, places), left)
        except NotWritten as fault:
            raise NotWritten(str(fault), created, is_known=fault.is_known) from None
        if reply.status_code not in (200, 201):
            refusal = SINGLE_REFUSALS.get(
                reply.status_code, f"refused ({reply.status_code})"
            )
            why = f"{refusal}{_reason(answer)}"
            raise NotWritten(_refused(resource, created, why), created)
        created += reply.status_code == 201 and not _is_provenance(entry)
        statuses[entry["fullUrl"]] = f"{reply.status_code}"
        place = _place(reply, answer, request["url"])
        if place:
            places[entry["fullUrl"]] = place
    return [statuses[one["fullUrl"]] for one in entries]


def _is_provenance(entry: Json) -> bool:
    """Tell if an entry says where values come from; it is sent after them."""
    return bool(entry["resource"]["resourceType"] == "Provenance")


def _refused(resource: Json, created: int, why: str) -> str:
    """Say what was written, and what was refused."""
    if resource["resourceType"] == "Provenance":  # every value was sent before it
        return f"{NO_SOURCE}: {why}."
    if not created:
        return f"The server wrote nothing: {why}."
    return (
        f"The server wrote {created} of the values and refused the next one: {why}."
        " Saved again, those that are there are not written twice."
    )


def _filled(resource: Json, places: Mapping[str, str]) -> Json:
    """Return the resource with the ids that the server has given to its targets.

    Raises:
        NotWritten: the server has given no id to any target.
    """
    if "target" not in resource:
        return resource
    names = [one["reference"] for one in objects(resource["target"])]
    targets = [{"reference": places[name]} for name in names if name in places]
    if not targets:
        raise NotWritten(f"{NO_SOURCE}: the server did not say where it keeps them.")
    return {**resource, "target": targets}


def _place(reply: Response, answer: object, kind: str) -> str:
    """Return the name that the server gave to a resource, `Observation/1`.

    It is in a header or in the answer. Empty if neither says it.
    """
    match = PLACE.search(reply.headers.get("Location", ""))
    if match is not None and match[1] == kind:
        return f"{kind}/{match[2]}"
    name = text(member(answer, "id"))
    is_it = text(member(answer, "resourceType")) == kind and FHIR_ID.fullmatch(name)
    return f"{kind}/{name}" if is_it else ""


def _session(base: str, token: str | None, connections: Connections) -> Session:
    session = connections.session()
    session.headers.update(HEADERS)
    if token is not None and parse_base(base).may_carry_tokens:
        session.headers["Authorization"] = f"Bearer {token}"
    return session


def _post(
    session: Session, url: str, document: Json, seconds: float
) -> tuple[Response, object]:
    """Send a document once, and return the response with its JSON, None if unreadable.

    Raises:
        NotWritten: there was no answer, or a gateway says that it got none.
    """
    try:
        reply = session.post(url, data=json.dumps(document).encode(), timeout=seconds)
    except CallFailed as error:
        reason = NO_ANSWER.format(reason=error)
        raise NotWritten(reason, is_known=False) from None
    except RequestException:
        reason = NO_ANSWER.format(reason="the server's address is not valid")
        raise NotWritten(reason, is_known=False) from None
    if reply.status_code in OF_GATEWAYS:
        reason = f"the gateway before it says so ({reply.status_code})"
        raise NotWritten(NO_ANSWER.format(reason=reason), is_known=False)
    try:
        return reply, decode_record_json(reply.content)
    except JsonTextError:
        return reply, None


def _batch_refusal(refused: Sequence[str], count: int) -> str:
    """Say what was refused of a transaction that a server wrote in part.

    FHIR does not allow that.
    """
    matches = (STATUS.match(one) for one in refused)
    codes = sorted({one[1] if one else "no status" for one in matches})
    return (
        f"The server did not write {len(refused)} of {count} entries"
        f" ({', '.join(codes)}), and may have written the rest: look in the record."
    )


def _reason(answer: object) -> str:
    """Return the server's own words for its refusal, shortened, after a colon.

    They are shown to the person who writes, and kept nowhere. Empty if there are none.
    """
    issues = objects(member(answer, "issue"))
    reasons = [
        text(issue.get("diagnostics")) or text(member(issue, "details", "text"))
        for issue in issues
    ]
    words = "; ".join(filter(None, reasons))
    return f": {words[:MOST_SAID]}" if words else ""
