"""Pages that a signed address opens for its holder: no login, no name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request

from cds_service.audit.chain import SILENT, AuditEntry
from cds_service.audit.reader import Stored
from cds_service.audit.store import FIRST_SECONDS, AuditStore
from cds_service.basis.links import has_expired
from cds_service.errors import AuditUnavailable, NotAllowed
from cds_service.review.page_policy import SCRIPTED, restrict
from cds_service.web.cds_api import Dependencies, access_of

# in place of the user, who is not known; no account has such a name
BY_LINK = "link:card"


def linked_routes(name: str) -> Blueprint:
    """Make the routes below `/<name>`, with their policy and their refusals."""
    routes = Blueprint(name, __name__, url_prefix=f"/{name}")

    @routes.errorhandler(NotAllowed)
    def refuse(error: NotAllowed) -> tuple[str, int]:
        return render_template("error.html", status=403, text=str(error)), 403

    restrict(routes, SCRIPTED)
    return routes


def is_as_signed(address: str) -> bool:
    """Tell if the current request's path ends in this address, as it was written.

    The application tidies slashes and decodes, and reads no empty query: each opens
    another address than the one that was signed.
    """
    path = f"/{request.blueprint}/{address}"
    raw = request.environ.get("RAW_URI")
    if raw is None:
        return not request.query_string
    return raw.endswith(path) and not raw.endswith(f"/{path}")


def signing_key(dependencies: Dependencies) -> bytes | None:
    """Read the key that signs these addresses; None where the service has no links.

    Nobody waits behind a page as an order waits behind a card, so a process whose first
    call this is has the time to open the database.

    Raises:
        AuditUnavailable: it was not read in time, so no address can be judged.
    """
    if dependencies.links is None:
        return None
    key = dependencies.links.key(FIRST_SECONDS)
    if key is None:
        raise AuditUnavailable("The key of the links could not be read in time.")
    return key


def shown_answer(
    dependencies: Dependencies, store: AuditStore, entry_id: str | None, refused: str
) -> Stored:
    """Read an answer that was shown, as long as its links are valid.

    Raises:
        NotAllowed: there is none, or its EHR has no such links any more; always with
            these words.
    """
    stored = store.reader.entry(entry_id) if entry_id else None
    if stored is None or stored.kind != "answer" or stored.result == SILENT:
        raise NotAllowed(refused)
    if _are_closed(dependencies, stored.client):
        raise NotAllowed(refused)
    if has_expired(datetime.fromisoformat(stored.at), dependencies.clock()):
        raise NotAllowed(refused)
    return stored


def _are_closed(dependencies: Dependencies, issuer: str | None) -> bool:
    """Tell if this EHR's links ask for a login now, or are off, or it was taken out.

    Args:
        issuer: of the EHR; None for an answer of the open service.
    """
    clients = dependencies.site.clients if dependencies.site is not None else ()
    named = [client for client in clients if client.issuer == issuer]
    if not named:
        return issuer is not None
    return any(access_of(client) not in (None, "signed") for client in named)


def note_reading(
    dependencies: Dependencies, stored: Stored, content: Mapping[str, Any]
) -> None:
    """Record the access; all that is known of the reader is the link.

    Raises:
        AuditUnavailable: the entry could not be written, and nothing is shown.
    """
    dependencies.audit.append(
        AuditEntry(
            kind="read",
            at=dependencies.clock(),
            user=BY_LINK,
            patient=stored.patient,
            client=stored.client,  # whose reviewers may see who looked
            tenant=stored.tenant,
            about=stored.id,
            content=content,
        )
    )
