"""Who calls: the token, asked for before the body is read, and how often its client may call.

In open mode (no site, or one that names no clients) nobody is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cds_service.callers.replays import Replays
from cds_service.callers.verifying import Callers, KnownClient
from cds_service.core.caller import NOBODY, Caller
from cds_service.deadline import Deadline
from cds_service.fhir.server.connections import Connections
from cds_service.site.clients import Client
from cds_service.site.folder import SiteFolder
from cds_service.web.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whoever made this call.

    Attributes:
        client: None in open mode.
    """

    caller: Caller = NOBODY
    client: KnownClient | None = None

    @property
    def settings(self) -> Client | None:
        """What the site says of this client."""
        return self.client.settings if self.client is not None else None

    def window(self, seconds: float) -> float:
        """Seconds for the answer to this caller: so many, or fewer where its EHR does not wait as long."""
        own = self.settings.deadline_seconds if self.settings is not None else None
        return seconds if own is None else min(own, seconds)


class Gate:
    """Asks every caller of this application who it is."""

    def __init__(self, callers: Callers | None, *, base_url: str, seconds: float) -> None:
        """Open without callers.

        Args:
            callers: None in open mode.
            base_url: of this service, from settings alone: nothing that a caller sends changes what `aud` must be.
            seconds: for a whole answer.
        """
        self.callers = callers
        self._base_url = base_url.rstrip("/")
        self._seconds = seconds

    def prefetch(self) -> None:
        """Begin to fetch the keys of all clients; nobody waits, and it is no fault when an EHR is down."""
        if self.callers is not None:
            self.callers.prefetch()

    def admit(self, path: str, exchange: Exchange) -> Admitted:
        """Who calls this path, asked of the Authorization header alone; the body is not read.

        Raises:
            NotAuthenticated: nobody we know.
            TooManyCalls: a client whose site allows it fewer calls.
        """
        if self.callers is None:
            return Admitted()
        until = Deadline.after(self._seconds / 2)
        address = self._base_url + path
        client, caller = self.callers.verify(exchange.authorization, address, until, exchange.keep_caller)
        return Admitted(caller, client)


def make_gate(
    site: SiteFolder | None,
    connections: Connections,
    *,
    replays: Replays,
    clock: Callable[[], datetime],
    base_url: str,
    seconds: float,
) -> Gate:
    """The gate of this site; open where it names no clients.

    Args:
        site: None is open mode.
        connections: that keys are fetched by.
        replays: knows which tokens were used.
        clock: now, UTC.
        base_url: of this service, from settings alone.
        seconds: for a whole answer.

    Raises:
        DataFileError: a file of keys holds none.
    """
    clients = [KnownClient.of(one, site.path, connections) for one in site.site.clients] if site is not None else []
    callers = Callers(clients, replays, clock) if clients else None
    return Gate(callers, base_url=base_url, seconds=seconds)
