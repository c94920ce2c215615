"""Refuses foreign host names, so that another site's page cannot reach this service by its own name (DNS rebinding).

To a browser, everything under one host name is one origin. The owner of a name can point it at this machine after the
page has loaded; the page could then read what only this machine may read.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from cds_service.outgoing.address import is_loopback_host
from cds_service.web.errors import outcome

MISDIRECTED = "This service is not called by this name; the setting PUBLIC_URL says by which it is."


class Hosts:
    """The names and addresses of one running service."""

    def __init__(self, urls: Iterable[str]) -> None:
        """The hosts of these URLs, and those of the machine itself; ports are ignored.

        Args:
            urls: the public and the listening URL. A service that listens on all addresses accepts every IP address,
                since an address, unlike a name, cannot be rebound.
        """
        self._names = {urlsplit(url).hostname or "" for url in urls if url}
        self._is_everywhere = bool(self._names & {"0.0.0.0", "::"})  # noqa: S104 - read, not bound

    def is_ours(self, host: str) -> bool:
        """Whether this `Host` header names this service."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").removesuffix(".")
        except ValueError:
            return False
        return name in self._names or is_loopback_host(name) or (self._is_everywhere and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def register_hosts(app: Flask, hosts: Hosts) -> None:
    """Refuse a foreign `Host` (421), and HTTP/1.1 without one (400)."""

    @app.before_request
    def check_host() -> Response | None:
        host = request.environ.get("HTTP_HOST")
        if host is None and request.environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            raise BadRequest
        # Health and metrics hold no patient, and probes call each replica by its own address.
        if host is None or hosts.is_ours(host) or request.path.startswith(("/health/", "/metrics")):
            return None
        return outcome(421, "processing", MISDIRECTED)
