"""Find the addresses behind the names of servers, and check that they may be called."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from cds_service.errors import CallFailed
from cds_service.outgoing.address import is_ip_address, is_loopback_host
from cds_service.outgoing.deadline import Deadline

NOT_IN_TIME = "the server's name was not resolved in time"
KEPT_SECONDS = 30.0
FAILURE_KEPT_SECONDS = 5.0
MOST_ADDRESSES = 4  # tried in turn; some names have dozens
# A gateway calls the IPv4 address in the last 32 bits.
NAT64 = IPv6Network("64:ff9b::/96")
# All public addresses that IANA has given out (RFC 4291, 2.4). Python calls others
# global too: site-local ones, IPv4 in older wrappings (`::127.0.0.1`), and NAT64 inside
# a network (RFC 8215).
GLOBAL_UNICAST = IPv6Network("2000::/3")

Lookup = Callable[..., list[tuple[Any, ...]]]


@dataclass
class _Known:
    """The last lookup of one name; the lock lets one thread at a time look it up.

    Attributes:
        until: when its addresses are no longer used.
        began: when the last lookup began.
        pending: a lookup for which its caller could not wait.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    addresses: tuple[str, ...] = ()
    until: float = float("-inf")
    began: float = float("-inf")
    pending: Future[tuple[str, ...]] | None = None


class Resolver:
    """The addresses behind the names of servers, as this process knows them."""

    def __init__(
        self,
        *,
        allow_private: bool,
        allow_public_plain: bool = True,
        lookup: Lookup | None = None,
    ) -> None:
        """Begin without an address.

        Args:
            allow_private: a name may lead into a private network or to this machine.
            allow_public_plain: plain http may go to public addresses.
            lookup: resolves a name; None for the system's own.
        """
        self._allow_private = allow_private
        self._allow_public_plain = allow_public_plain
        self._lookup = lookup
        self._known: dict[str, _Known] = {}

    def addresses(
        self, host: str, deadline: Deadline, *, is_plain: bool = False
    ) -> tuple[str, ...]:
        """Return the addresses at which this host may be called.

        Args:
            host: name or address, without brackets.
            deadline: end of the lookup.
            is_plain: the call is not encrypted.

        Raises:
            CallFailed: the name cannot be resolved, or not in time, or leads to an
                address that may not be called.
        """
        addresses = (host,) if is_ip_address(host) else self._resolved(host, deadline)
        if not addresses:
            raise CallFailed("dns", "the server's name cannot be resolved")
        for address in addresses:
            ip = _meant(ip_address(address.partition("%")[0]))
            if not self._may_call(ip, host, is_plain=is_plain):
                raise CallFailed(
                    "ip-denied",
                    "the server's name leads to an address that may not be called",
                )
        return addresses[:MOST_ADDRESSES]

    def _resolved(self, host: str, deadline: Deadline) -> tuple[str, ...]:
        known = self._known.setdefault(host, _Known())
        if not known.lock.acquire(timeout=max(0.0, deadline.left)):
            raise CallFailed("dns", NOT_IN_TIME)
        try:
            if time.monotonic() >= known.until:
                known.addresses = self._look_up(host, known, deadline)
                kept = KEPT_SECONDS if known.addresses else FAILURE_KEPT_SECONDS
                known.until = time.monotonic() + kept
            return known.addresses
        finally:
            known.lock.release()

    def _look_up(self, host: str, known: _Known, deadline: Deadline) -> tuple[str, ...]:
        """Look a name up in a thread: the system's own lookup has no deadline.

        A lookup that takes longer goes on, and the next caller waits for the same one.

        Raises:
            CallFailed: it was not resolved in time, or no thread can be started.
        """
        now = time.monotonic()
        is_old = now >= known.began + KEPT_SECONDS
        pending = known.pending
        if pending is None or (is_old and pending.done()):
            pending = self._begin(host)
            known.pending, known.began = pending, now
        wait([pending], timeout=max(0.0, deadline.left))
        if not pending.done():
            raise CallFailed("dns", NOT_IN_TIME)
        known.pending = None
        try:
            return pending.result()
        except (OSError, UnicodeError):
            return ()

    def _begin(self, host: str) -> Future[tuple[str, ...]]:
        lookup = self._lookup or socket.getaddrinfo
        pending: Future[tuple[str, ...]] = Future()

        def work() -> None:
            try:
                answers = lookup(host, None, type=socket.SOCK_STREAM)
                names = (str(answer[4][0]) for answer in answers)
                pending.set_result(tuple(dict.fromkeys(names)))
            # The thread that asked gets it and raises it.
            except BaseException as error:  # noqa: BLE001
                pending.set_exception(error)

        try:
            threading.Thread(target=work, name="dns", daemon=True).start()
        except RuntimeError:
            raise CallFailed("no-thread", "no thread for a lookup is free") from None
        return pending

    def _may_call(
        self, address: IPv4Address | IPv6Address, host: str, *, is_plain: bool
    ) -> bool:
        if address.is_multicast or address.is_unspecified or address.is_link_local:
            return False
        if address.is_loopback:
            return self._allow_private or is_loopback_host(host)
        if _is_public(address):
            return not is_plain or self._allow_public_plain
        return self._allow_private


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell if an address is one of the public internet."""
    is_given_out = address.version == 4 or address in GLOBAL_UNICAST
    return address.is_global and is_given_out and not address.is_reserved


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one means (mapped, 6to4, NAT64)."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
