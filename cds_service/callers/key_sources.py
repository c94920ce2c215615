"""Where the keys of an issuer come from: a file of the site folder, or an address that the site names.

A call never waits for an address whose keys are known and fresh, and for another at most `WAIT_SECONDS`.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Protocol

from cds_service.callers.keys import KeySet, NoKeySet, read_keys
from cds_service.deadline import Deadline
from cds_service.errors import DataFileError, FhirReadError
from cds_service.fhir.address import parse_address, target_of
from cds_service.fhir.server.connections import Connections
from cds_service.published import Monotonic, NotPublished, Published
from cds_service.site.folder import SiteFolder

LOG = logging.getLogger("kyphoplasty_cds.callers")
WAIT_SECONDS = 1.0  # that one call waits for keys, at most
FETCH_SECONDS = 5.0
LOOK_SECONDS = 1.0  # between two looks at a file
MAX_BYTES = 256 * 1024
HEADERS = {"Accept": "application/jwk-set+json, application/json", "User-Agent": "kyphoplasty-cds"}
NO_KEYS = KeySet()


class KeySource(Protocol):
    """The keys of one issuer."""

    def keys(self, kid: str, until: Deadline) -> KeySet:
        """The keys in force, looked for anew where none has this id."""
        ...

    def prefetch(self) -> None:
        """Begin to look for keys, without waiting for them."""
        ...


class KeyFile:
    """Keys in a file, which is read again when it has changed."""

    def __init__(self, issuer: str, file: Path, *, monotonic: Monotonic = time.monotonic) -> None:
        """Reads the file.

        Raises:
            DataFileError: it holds no keys that could verify a token.
        """
        self._issuer = issuer
        self._file = file
        self._monotonic = monotonic
        self._state = _state_of(file)
        self._looked = monotonic()
        self._keys = _usable_keys(file)
        _say("jwks.refresh", issuer, self._keys)

    def keys(self, kid: str, until: Deadline) -> KeySet:  # noqa: ARG002 - a file has no others
        """The keys in the file as it is now, or as it last could be read."""
        now = self._monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._read_if_changed()
        return self._keys

    def prefetch(self) -> None:
        """Nothing: they are there."""

    def _read_if_changed(self) -> None:
        state = _state_of(self._file)
        if state == self._state:
            return
        self._state = state
        try:
            self._keys = read_keys(self._file.read_bytes())
        except (OSError, NoKeySet):
            _say("jwks.stale", self._issuer, self._keys, detail="the file cannot be read")
        else:
            _say("jwks.refresh", self._issuer, self._keys)


def find_key_faults(site: SiteFolder) -> tuple[DataFileError, ...]:
    """What is wrong with the files of keys that this site names: for each client what would stop the start."""
    found = []
    for client in site.site.clients:
        try:
            if client.jwks_file is not None:
                _usable_keys(site.path / client.jwks_file)
        except DataFileError as fault:
            found.append(fault)
    return tuple(found)


def _usable_keys(file: Path) -> KeySet:
    """The keys in this file.

    Raises:
        DataFileError: none of them could verify a token.
    """
    try:
        found = read_keys(file.read_bytes())
    except OSError as error:
        raise DataFileError(str(file), "", f"cannot be read ({type(error).__name__})") from None
    except NoKeySet as error:
        raise DataFileError(str(file), "", f"no JWK Set: {error}") from None
    if not found.keys:
        reasons = ", ".join(sorted(set(found.ignored.values()))) or "it is empty"
        raise DataFileError(str(file), "keys", f"none of them can verify a token ({reasons})")
    return found


def _state_of(file: Path) -> tuple[int, int, int]:
    """What changes with the file's content; zeros where there is none."""
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


class KeyAddress:
    """Keys at an address."""

    def __init__(
        self, issuer: str, url: str, connections: Connections, *, monotonic: Monotonic = time.monotonic
    ) -> None:
        """Nothing is fetched yet.

        Args:
            issuer: whose keys they are.
            url: of the JWK Set.
            connections: that follow the site's rule about private networks.
            monotonic: in seconds.
        """
        self._issuer = issuer
        self._server = connections.server(parse_address(url).server)
        self._target = target_of(url)
        self.published = Published(self._fetch, self._say_failed, monotonic=monotonic)

    def keys(self, kid: str, until: Deadline) -> KeySet:
        """The keys in force; with an unknown id, or with old keys, after a fetch if one may be made and is in time."""
        wait = Deadline.after(min(WAIT_SECONDS, until.left))
        return self.published.get(wait, lambda known: kid in known.keys) or NO_KEYS

    def prefetch(self) -> None:
        """Begin the first fetch."""
        self.published.prefetch()

    def _fetch(self) -> KeySet:
        try:
            found = read_keys(self._ask())
        except NoKeySet:
            raise NotPublished("not-keys") from None
        except FhirReadError as error:
            raise NotPublished(error.reason) from None
        _say("jwks.refresh", self._issuer, found)
        return found

    def _ask(self) -> bytes:
        reply = self._server.exchange(
            self._target, HEADERS, Deadline.after(FETCH_SECONDS), max_bytes=MAX_BYTES
        )  # no redirect is followed
        if 300 <= reply.status < 400:
            raise FhirReadError("redirect", "the address leads elsewhere")
        if reply.status != 200:
            raise FhirReadError(f"http-{reply.status}", "the address did not answer with keys")
        return reply.body

    def _say_failed(self, reason: str) -> None:
        kept = self.published.known
        event = "jwks.redirect" if reason == "redirect" else "jwks.stale" if kept else "jwks.unreachable"
        _say(event, self._issuer, kept or NO_KEYS, detail=reason)


def _say(reason: str, issuer: str, keys: KeySet, *, detail: str = "") -> None:
    """One line for operators: ids of keys, and why some are not used."""
    fields = {"event": "client-keys", "reason": reason, "issuer": issuer, "keys": sorted(keys.keys)}
    if detail:
        fields["detail"] = detail
    level = logging.INFO if reason == "jwks.refresh" else logging.WARNING
    LOG.log(level, "client-keys", extra={"fields": fields})
    for kid, why in sorted(keys.ignored.items()) if reason == "jwks.refresh" else ():
        ignored = {"event": "client-key-ignored", "reason": why, "issuer": issuer, "kid": kid}
        LOG.warning("client-key-ignored", extra={"fields": ignored})
