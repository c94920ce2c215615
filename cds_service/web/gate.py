"""Who calls: the token is verified before the body is read. In open mode (no clients named) everybody is admitted."""

from __future__ import annotations

from dataclasses import dataclass

from cds_service.callers.replays import Replays
from cds_service.callers.verifying import Callers, KnownClient
from cds_service.core.caller import NOBODY, Caller
from cds_service.deadline import Deadline
from cds_service.outgoing import Connections
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
    client: Client | None = None

    def window(self, seconds: float) -> float:
        """Seconds for the answer to this caller: so many, or fewer where its EHR does not wait as long."""
        own = self.client.deadline_seconds if self.client is not None else None
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
        """
        if self.callers is None:
            return Admitted()
        until = Deadline.after(self._seconds / 2)
        address = self._base_url + path
        client, caller = self.callers.verify(exchange.authorization, address, until)
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
    """The gate of this site; open where it names no clients.

    Args:
        site: None is open mode.
        connections: that keys are fetched by.
        replays: knows which tokens were used.
        base_url: of this service, from settings alone.
        seconds: for a whole answer.

    Raises:
        DataFileError: a file of keys holds none.
    """
    clients = [KnownClient.of(one, site.path, connections) for one in site.site.clients] if site is not None else []
    callers = Callers(clients, replays) if clients else None
    return Gate(callers, base_url=base_url, seconds=seconds)
