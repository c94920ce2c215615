"""Authenticates callers before the body is read. In open mode (no clients named), everyone is admitted."""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.callers.replays import Replays
from cds_service.callers.verifying import Callers, KnownClient
from cds_service.core.caller import NOBODY, Caller
from cds_service.outgoing import Connections
from cds_service.outgoing.deadline import Deadline
from cds_service.site.clients import Client
from cds_service.site.folder import SiteFolder
from cds_service.web.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Admitted:
    """The caller of this request.

    Attributes:
        client: None in open mode.
    """

    caller: Caller = NOBODY
    client: Client | None = None

    def window(self, seconds: float) -> float:
        """Seconds for the answer to this caller: the given number, or fewer if its EHR waits less."""
        own = self.client.deadline_seconds if self.client is not None else None
        return seconds if own is None else min(own, seconds)


class Gate:
    """Authenticates every caller of this application."""

    def __init__(self, callers: Callers | None, *, base_url: str, seconds: float) -> None:
        """Make a gate; it is open without callers.

        Args:
            callers: None in open mode.
            base_url: of this service, from settings only, so that no caller can change what `aud` must be.
            seconds: for a whole answer.
        """
        self.callers = callers
        self._base_url = base_url.rstrip("/")
        self._seconds = seconds

    def prefetch(self) -> None:
        """Start to fetch the keys of all clients without waiting; an EHR that is down is not an error."""
        if self.callers is not None:
            self.callers.prefetch()

    def admit(self, path: str, exchange: Exchange, *also: str) -> Admitted:
        """Authenticate the caller of this path by the Authorization header; the body is not read.

        Args:
            path: the path that is called.
            exchange: the request.
            also: other paths whose address the token's `aud` may name instead.

        Raises:
            NotAuthenticated: the caller is not known.
        """
        if self.callers is None:
            return Admitted()
        until = Deadline.after(self._seconds / 2)
        addresses = [self._base_url + one for one in (path, *also)]
        client, caller = self.callers.verify(exchange.authorization, addresses, until)
        exchange.caller = caller
        return Admitted(caller, client)


def make_gate(
    site: SiteFolder | None,
    connections: Connections,
    *,
    replays: Replays,
    base_url: str,
    seconds: float,
) -> Gate:
    """Make the gate for this site; it is open if the site names no clients.

    Args:
        site: None is open mode.
        connections: for fetching keys.
        replays: the used tokens.
        base_url: of this service, from settings only.
        seconds: for a whole answer.

    Raises:
        DataFileError: a key file has no usable key.
    """
    clients = [KnownClient.of(one, site.path, connections) for one in site.site.clients] if site is not None else []
    callers = Callers(clients, replays) if clients else None
    return Gate(callers, base_url=base_url, seconds=seconds)
