"""`kyphoplasty-cds doctor`: says what to change, and where.

It reads a call, a token, log lines or a running address, which `probe`, `explain` and
`mappings learn` each explain in part. It changes nothing; to an address it sends only
the probe's order of an invented patient.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from cds_service.callers.key_sets import NoKeySet, read_keys
from cds_service.callers.verifying import read_token
from cds_service.commands import options
from cds_service.commands.connecting.calling import (
    ISSUER_OF_TOKENS,
    KEY,
    PATIENT,
    CannotCall,
    Credentials,
    read_credentials,
    send,
    synthetic_call,
)
from cds_service.commands.connecting.diagnosis import (
    Fault,
    Known,
    of_answer,
    of_call,
    of_log,
    of_token,
    why_no_document,
)
from cds_service.commands.terminal import clean
from cds_service.errors import CallFailed
from cds_service.fhir.raw_json import objects, text
from cds_service.loading import load_service
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_base
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.samples import load_samples
from cds_service.settings import read_settings
from cds_service.site.clients import EVERYTHING, Client, capabilities_of
from cds_service.site.folder import SiteFolder
from cds_service.site.profiles import (
    GENERIC,
    Profile,
    load_profile,
    profile_folders,
    profile_names,
)

LARGEST = 50 * 2**20  # bytes of a file
SECONDS = 10.0  # for a page of the service
UNREADABLE = (
    "is neither a recorded call, an answer, a token, log lines nor an address of the"
    " service"
)


@click.command("doctor")
@click.argument("what", metavar="CALL.json|TOKEN|LOG|URL")
@options.SITE
@options.CLIENT
@click.option("--ehr", metavar="NAME", help="a profile: epic, oracle-health, …")
@KEY
@ISSUER_OF_TOKENS
@options.AS_JSON
@options.check_text
def doctor(
    *,
    what: str,
    site: Path | None,
    client: str | None,
    ehr: str | None,
    as_json: bool,
    **who: Any,
) -> None:
    """Say why a connection does not work, and what to change.

    It reads a recorded call or answer, a token, log lines, or a running address.

    `-` reads from standard input, so that a token stays out of the shell's history.
    """
    folder, _ = options.chosen_site(site, client)
    if what.startswith(("https://", "http://")):
        known = _known(folder, client, ehr)
        caller = read_credentials(None, who["key_file"], who["issuer"])
        kind = "address"
        faults = list(_of_address(_base(what), known, caller))
    else:
        kind, faults = _of_text(_read(what), folder, client, ehr)
    if as_json:
        options.print_json(
            {"read": kind, "findings": [asdict(fault) for fault in faults]}
        )
    else:
        click.echo("\n".join(_lines(kind, faults)))
    sys.exit(1 if faults else 0)


def _base(what: str) -> str:
    """Return the address of the service.

    Raises:
        click.UsageError: it is not an address of a server.
    """
    try:
        return parse_base(what).url
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _lines(kind: str, faults: Sequence[Fault]) -> Iterator[str]:
    yield f"read: {kind}"
    for fault in faults:
        yield clean(f"{fault.key}: {fault.what}")
        place = f" (in {fault.place})" if fault.place else ""
        yield clean(f"  change: {fault.change}{place}")
    if not faults:
        yield "nothing to change was found"


def _read(what: str) -> str:
    """Read the text of a file or of standard input, or a token itself."""
    if what == "-":
        content = sys.stdin.buffer.read(LARGEST)
        return content.decode("utf-8", errors="replace").strip()
    path = Path(what)
    with suppress(OSError, ValueError):  # a token is too long for a file's name
        if path.is_file():
            raw = path.read_bytes()[:LARGEST]
            return raw.decode("utf-8", errors="replace").strip()
    # An argument may hold bytes that are no text.
    return what.encode("utf-8", errors="replace").decode().strip()


def _of_text(
    written: str, folder: SiteFolder | None, client: str | None, ehr: str | None
) -> tuple[str, list[Fault]]:
    """Return the kind of the text, and its faults.

    Raises:
        click.UsageError: the text is of no kind that is known.
    """
    token = written.removeprefix("Authorization:").strip().removeprefix("Bearer ")
    with suppress(ValueError):
        header, claims = read_token(token.strip())
        known = _known(folder, client or _issuer_of(folder, claims.get("iss")), ehr)
        return "token", list(of_token(header, claims, time.time(), known))
    document: Any = None
    with suppress(JsonTextError):
        document = decode_json(written.encode())
    if isinstance(document, dict):
        if "hook" in document:
            known = _known(folder, client or _caller_of(folder, document), ehr)
            return "call", list(of_call(document, known))
        if isinstance(document.get("cards"), list):
            known = _known(folder, client, ehr)
            return "answer", list(of_answer(document["cards"], known))
    lines = _log_lines(written)
    if lines:
        issuers = {text(line.get("client")) or text(line.get("iss")) for line in lines}
        one_issuer = issuers.pop() if len(issuers) == 1 else None
        known = _known(folder, client or _issuer_of(folder, one_issuer), ehr)
        return f"{len(lines)} log lines", list(of_log(lines, known))
    is_json = written.startswith(("{", "["))
    why = why_no_document(written.encode()) if is_json else ""
    raise click.UsageError(f"this {why or UNREADABLE}")


def _log_lines(written: str) -> list[Mapping[str, Any]]:
    """Return the lines of our log.

    Whatever a collector wrote before their JSON is left out.
    """
    lines: list[Mapping[str, Any]] = []
    for line in written.splitlines():
        _, brace, tail = line.partition("{")
        with suppress(JsonTextError):
            document = decode_json((brace + tail).encode()) if brace else None
            if isinstance(document, dict) and "event" in document:
                lines.append(document)
    return lines


def _issuer_of(folder: SiteFolder | None, issuer: Any) -> str | None:
    """Return the issuer, if it is one of the site's; the only client's otherwise."""
    issuers = [client.issuer for client in folder.site.clients] if folder else []
    if issuer in issuers:
        return str(issuer)
    return issuers[0] if len(issuers) == 1 else None


def _caller_of(folder: SiteFolder | None, body: Mapping[str, Any]) -> str | None:
    """Return the client that lists the call's FHIR server; the only one otherwise."""
    server = body.get("fhirServer")
    for client in folder.site.clients if folder else ():
        if isinstance(server, str) and server.rstrip("/") in client.fhir_servers:
            return client.issuer
    return _issuer_of(folder, None)


def _known(folder: SiteFolder | None, issuer: str | None, ehr: str | None) -> Known:
    """Return what is in force for this EHR of the site, or for a profile alone.

    Raises:
        click.BadParameter: there is no such profile.
    """
    clients: Sequence[Client] = folder.site.clients if folder else ()
    client = next((client for client in clients if client.issuer == issuer), None)
    if client is not None and folder is not None and ehr is None:
        profile, capabilities = folder.profiles[client.issuer], client.capabilities
    else:
        profile = _profile(ehr or GENERIC, folder)
        capabilities = capabilities_of(profile)
    return Known(
        service=load_service(folder).of(issuer),
        profile=profile,
        capabilities=capabilities or EVERYTHING,
        client=client,
        clients=clients,
        kids=_kids(folder),
        base_url=read_settings().public_url or "",
    )


def _profile(name: str, folder: SiteFolder | None) -> Profile:
    own = [folder.mappings] if folder and folder.mappings else []
    folders = profile_folders(own)
    names = profile_names(folders)
    if name not in names:
        listed = ", ".join(sorted(names))
        raise click.BadParameter(
            f"no profile {name}; there are: {listed}", param_hint="--ehr"
        )
    return load_profile(name, folders)


def _kids(folder: SiteFolder | None) -> dict[str, frozenset[str]]:
    """Read the ids of the keys in the clients' files, by issuer."""
    ids = {}
    for client in folder.site.clients if folder else ():
        if folder is not None and client.jwks_file is not None:
            with suppress(OSError, NoKeySet):
                keys = read_keys((folder.path / client.jwks_file).read_bytes()).keys
                ids[client.issuer] = frozenset(keys)
    return ids


def _of_address(url: str, known: Known, caller: Credentials) -> Iterator[Fault]:
    """Ask a running service for health and discovery; send the probe's order."""
    try:
        ready = _page(url, "/health/ready")
        discovery = _page(url, "/cds-services")
    except CannotCall as error:
        yield Fault(
            "unreachable", str(error), "start the service, or correct the address"
        )
        return
    reasons = ready.get("reasons")
    if reasons and isinstance(reasons, list):
        what = f"not ready: {', '.join(map(str, reasons))}"
        yield Fault("not-ready", what, "see /health/ready, and its page in Operate")
    ids = [service.get("id") for service in objects(discovery.get("services"))]
    hook = next(iter(known.service.hooks.values()))
    if "services" in discovery and hook.id not in ids:
        what = f"discovery has no {hook.id}"
        yield Fault("discovery", what, "check the path of the proxy in front")
    sample = load_samples(options.today_at(known.service.calendar))[0]
    body = synthetic_call(sample, hook.discovery["prefetch"], patient_id=PATIENT)
    reply = send(url, hook.id, body, caller)
    if reply.status == 401:
        change = "give the token's log line to `doctor`"
        if caller.key is None:
            change = (
                "give --key and --issuer of a client of this service, as for `probe`"
            )
        yield Fault("unauthenticated", "the service asks for a token", change)
    elif reply.status != 200:
        what = f"the probe's order got status {reply.status}"
        yield Fault(f"status-{reply.status}", what, "give its log lines to `doctor`")
    elif not reply.cards:
        what = "the probe's order got no card"
        change = 'set mode to "live" or "silent", or map the code of the order'
        yield Fault("no-card", what, change)
    else:
        yield from of_answer(reply.cards, known)


def _page(url: str, path: str) -> Mapping[str, Any]:
    """Return the JSON object at this address of the service; empty if there is none.

    Raises:
        CannotCall: nothing answers.
    """
    try:
        session = Connections().session()
        answer = session.get(f"{url}{path}", timeout=SECONDS)
        document = decode_json(answer.content)
    except CallFailed as error:
        raise CannotCall(f"{url}: {error}") from None
    except JsonTextError:
        raise CannotCall(f"{url}{path} answers no JSON: is it this service?") from None
    return document if isinstance(document, dict) else {}
