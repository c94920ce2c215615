"""Keep the public keys of an issuer, from a file of the site or from a URL."""

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from cds_service.callers.key_sets import OF_CLIENTS, KeySet, NoKeySet, joined, read_keys
from cds_service.errors import CallFailed, DataFileError
from cds_service.outgoing import Connections
from cds_service.outgoing.address import Address, parse_address
from cds_service.outgoing.cached import Cached, Monotonic
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.site.clients import Client
from cds_service.site.folder import SiteFolder

LOG = logging.getLogger("kyphoplasty_cds.callers")
MAX_SETS = 20  # of one index
WAIT_SECONDS = 1.0  # how long a call waits for a fetch
FETCH_SECONDS = 5.0
MAX_BYTES = 256 * 1024
HEADERS = {"Accept": "application/jwk-set+json, application/json"}
NO_KEYS = KeySet()


class KeySource(Protocol):
    """The source of one issuer's keys."""

    @property
    def addresses(self) -> Sequence[str]:
        """Return the addresses that a token may name for its key, for the log."""

    @property
    def ids(self) -> Collection[str]:
        """Return the ids of the keys that are known now, for the log."""

    def keys(self, kid: str, until: Deadline) -> KeySet:
        """Return the keys in force, fetched again in time if they lack this one."""

    def named(self, jku: Any, until: Deadline) -> "KeySource | None":
        """Return the source that `jku` names, or None; no other `jku` is fetched."""

    def prefetch(self) -> None:
        """Begin to fetch, without waiting."""


def key_source(client: Client, folder: Path, connections: Connections) -> KeySource:
    """Return the source of this EHR's keys, by its table in `site.toml`.

    Raises:
        DataFileError: its key file has no usable key.
    """
    if client.jwks_file is not None:
        return KeyFile(client.issuer, folder / client.jwks_file)
    if client.jwks_index is not None:
        return KeyIndex(
            client.issuer, client.jwks_index, client.jwks_origins, connections
        )
    sources = [KeyAddress(client.issuer, url, connections) for url in client.key_urls]
    return sources[0] if len(sources) == 1 else KeyAddresses(sources)


State = tuple[int, int, int]  # of a file: inode, time of change in ns, bytes
NO_FILE: State = (0, 0, 0)


class KeyFile:
    """Keys from a file, which is reloaded when it changes."""

    addresses = ()

    def __init__(self, issuer: str, file: Path) -> None:
        """Read the file.

        Raises:
            DataFileError: it has no key that could verify a token.
        """
        self._issuer = issuer
        self._file = file
        self._state = _state_of(file)
        self._unread: State | None = None
        self._keys = _usable_keys(file)
        _log("jwks.refresh", issuer, self._keys)

    def keys(self, kid: str, until: Deadline) -> KeySet:
        """Return the keys in the file, or those last read if it is unreadable."""
        del kid, until  # a file has all its keys, and is read at once
        state = _state_of(self._file)
        if state != self._state:
            self._read(state)
        return self._keys

    def _read(self, state: State) -> None:
        """Read the file in this state; if that fails, the next call reads it again.

        A change of owner or mode may mend the file and does not change its state.
        """
        try:
            self._keys = read_keys(self._file.read_bytes())
        except (OSError, NoKeySet):
            if state != self._unread:
                detail = "the file cannot be read"
                _log("jwks.stale", self._issuer, self._keys, detail=detail)
            self._unread = state
        else:
            self._state, self._unread = state, None
            _log("jwks.refresh", self._issuer, self._keys)

    @property
    def ids(self) -> Collection[str]:
        return self._keys.keys.keys()

    def named(self, jku: Any, until: Deadline) -> "KeyFile | None":
        """Return this file for any `jku` on the EHR's own origin."""
        del until  # nothing is fetched
        named, own = _address(jku), _address(self._issuer)
        if named is None or own is None or named.origin != own.origin:
            return None
        return self

    def prefetch(self) -> None:
        """Do nothing: the keys are already loaded."""


class KeyAddress:
    """Keys from a URL. Redirects are not followed.

    Attributes:
        url: address of the JWK Set, as configured.
    """

    def __init__(
        self,
        issuer: str,
        url: str,
        connections: Connections,
        *,
        algorithms: Collection[str] = OF_CLIENTS,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """Keep the URL; the keys are fetched when they are first needed.

        Args:
            issuer: the issuer, for the log.
            url: address of the JWK Set.
            connections: the way to it.
            algorithms: algorithms for which keys are needed.
            monotonic: the clock.
        """
        self.url = url
        self._issuer = issuer
        self._algorithms = algorithms
        self._session = connections.session(max_bytes=MAX_BYTES)
        self.cached = Cached(self._fetch, self._log_fault, monotonic=monotonic)

    @property
    def addresses(self) -> Sequence[str]:
        return (self.url,)

    @property
    def ids(self) -> Collection[str]:
        return (self.cached.last or NO_KEYS).keys.keys()

    def named(self, jku: Any, until: Deadline) -> "KeyAddress | None":
        del until  # the address is known
        named = _address(jku)
        return self if named is not None and named == _address(self.url) else None

    def keys(self, kid: str, until: Deadline) -> KeySet:
        """Return the current keys, fetched first for an unknown id, if in time."""
        return self.known(kid, Deadline.after(min(WAIT_SECONDS, until.left))) or NO_KEYS

    def known(self, kid: str | None, until: Deadline) -> KeySet | None:
        """Return the current keys, waiting until this deadline; None without any.

        They are fetched first if they lack this id; None asks for no id.
        """
        return self.cached.get(until, lambda known: kid is None or kid in known.keys)

    def prefetch(self) -> None:
        self.cached.prefetch()

    def _fetch(self) -> KeySet:
        answer = self._session.get(self.url, headers=HEADERS, timeout=FETCH_SECONDS)
        if answer.status_code != 200:
            raise CallFailed(
                f"http-{answer.status_code}", "the address did not answer with keys"
            )
        try:
            keys = read_keys(answer.content, self._algorithms)
        except NoKeySet:
            raise CallFailed(
                "not-keys", "the address did not answer with keys"
            ) from None
        _log("jwks.refresh", self._issuer, keys)
        return keys

    def _log_fault(self, reason: str) -> None:
        last = self.cached.last
        event = "jwks.stale" if last else "jwks.unreachable"
        if reason == "redirect":
            event = "jwks.redirect"
        _log(event, self._issuer, last or NO_KEYS, detail=reason)


class KeyAddresses:
    """Keys from several URLs: an EHR that signs with keys of more than one set."""

    def __init__(self, sources: Sequence[KeyAddress]) -> None:
        self._sources = sources

    @property
    def addresses(self) -> Sequence[str]:
        return [source.url for source in self._sources]

    @property
    def ids(self) -> Collection[str]:
        return {kid for source in self._sources for kid in source.ids}

    def keys(self, kid: str, until: Deadline) -> KeySet:
        """Return the keys of all sets.

        If all lack this id, they are fetched side by side.
        """
        known = self._known(kid, Deadline.after(0.0))
        if kid in known.keys:
            return known
        return self._known(kid, Deadline.after(min(WAIT_SECONDS, until.left)))

    def _known(self, kid: str, within: Deadline) -> KeySet:
        sets = (source.known(kid, within) for source in self._sources)
        return joined(key_set or NO_KEYS for key_set in sets)

    def named(self, jku: Any, until: Deadline) -> KeyAddress | None:
        return next(
            (source for source in self._sources if source.named(jku, until)), None
        )

    def prefetch(self) -> None:
        for source in self._sources:
            source.prefetch()


class KeyIndex:
    """Key sets listed at one configured URL; each must be on an allowed origin."""

    def __init__(
        self,
        issuer: str,
        url: str,
        origins: Collection[str],
        connections: Connections,
        *,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """Keep the URL; the list is fetched when it is first needed.

        Args:
            issuer: the issuer, for the log.
            url: address of the list.
            origins: origins on which key sets may be; if empty, that of the list.
            connections: the way to them.
            monotonic: the clock.
        """
        self._issuer = issuer
        self._url = url
        self._origins = {parse_address(origin).origin for origin in origins or (url,)}
        self._connections = connections
        self._monotonic = monotonic
        self._session = connections.session(max_bytes=MAX_BYTES)
        self.cached = Cached(self._fetch, self._log_fault, monotonic=monotonic)

    @property
    def addresses(self) -> Sequence[str]:
        sources = (self.cached.last or {}).values()
        return [source.url for source in sources] or [f"listed at {self._url}"]

    @property
    def ids(self) -> Collection[str]:
        return KeyAddresses([*(self.cached.last or {}).values()]).ids

    def keys(self, kid: str, until: Deadline) -> KeySet:
        """Return the keys of all listed sets."""
        listed = self.cached.get(Deadline.after(min(WAIT_SECONDS, until.left))) or {}
        return KeyAddresses([*listed.values()]).keys(kid, until)

    def named(self, jku: Any, until: Deadline) -> KeyAddress | None:
        """Return the listed set at this address; the list is fetched if it lacks it."""
        named = _address(jku)
        if named is None or named.origin not in self._origins:
            return None
        within = Deadline.after(min(WAIT_SECONDS, until.left))
        return (self.cached.get(within, lambda known: named in known) or {}).get(named)

    def prefetch(self) -> None:
        """Begin to fetch the list, which begins to fetch the sets."""
        self.cached.prefetch()

    def _fetch(self) -> Mapping[Address, KeyAddress]:
        answer = self._session.get(self._url, headers=HEADERS, timeout=FETCH_SECONDS)
        if answer.status_code != 200:
            raise CallFailed(
                f"http-{answer.status_code}", "the address did not answer with a list"
            )
        try:
            listed = _read_index(answer.content)
        except NoKeySet:
            raise CallFailed(
                "not-an-index", "the address did not answer with a list"
            ) from None
        before = self.cached.last or {}
        sources = {
            address: before.get(address) or self._source(address)
            for address in listed
            if address.origin in self._origins
        }
        others = {
            _origin_words(address) for address in listed if address not in sources
        }
        if others:
            _log(
                "jwks.origin",
                self._issuer,
                NO_KEYS,
                detail=f"on other origins: {', '.join(sorted(others))}",
            )
        for source in sources.values():
            source.prefetch()
        return sources

    def _source(self, address: Address) -> KeyAddress:
        return KeyAddress(
            self._issuer, address.url, self._connections, monotonic=self._monotonic
        )

    def _log_fault(self, reason: str) -> None:
        event = "jwks.stale" if self.cached.last else "jwks.unreachable"
        _log(event, self._issuer, NO_KEYS, detail=f"index: {reason}")


def _origin_words(address: Address) -> str:
    return replace(address, segments=(), query="").url


def _read_index(text: bytes) -> Collection[Address]:
    """Read the addresses in this list, or in the first list of an object, each once.

    An entry is an address, or an object with a `jku`. Any other is left out.

    Raises:
        NoKeySet: the text is not such a list, or too long.
    """
    try:
        document = decode_json(text)
    except JsonTextError as error:
        raise NoKeySet(str(error)) from None
    members = document.values() if isinstance(document, dict) else ()
    lists = (part for part in (document, *members) if isinstance(part, list))
    entries = next(lists, None)
    if entries is None or len(entries) > MAX_SETS:
        raise NoKeySet(f"not a list of at most {MAX_SETS} addresses")
    urls = (entry.get("jku") if isinstance(entry, dict) else entry for entry in entries)
    return dict.fromkeys(
        address for url in urls if (address := _address(url)) is not None
    )


def _address(url: Any) -> Address | None:
    """Return the address in this URL; None if it is no URL."""
    try:
        return parse_address(url) if isinstance(url, str) else None
    except ValueError:
        return None


def find_key_faults(site: SiteFolder) -> tuple[DataFileError, ...]:
    """List the faults of key files, which prevent a start, one for each client."""
    faults = []
    for client in site.site.clients:
        try:
            if client.jwks_file is not None:
                _usable_keys(site.path / client.jwks_file)
        except DataFileError as fault:
            faults.append(fault)
    return tuple(faults)


def _usable_keys(file: Path) -> KeySet:
    """Read the usable keys in this file.

    Raises:
        DataFileError: none of them could verify a token.
    """
    try:
        key_set = read_keys(file.read_bytes())
    except OSError as error:
        raise DataFileError(
            str(file), "", f"cannot be read ({type(error).__name__})"
        ) from None
    except NoKeySet as error:
        raise DataFileError(str(file), "", f"no JWK Set: {error}") from None
    if not any(keys for kid, keys in key_set.keys.items() if kid):
        reasons = ", ".join(sorted(set(key_set.ignored.values()))) or "it is empty"
        raise DataFileError(
            str(file), "keys", f"none of them can verify a token ({reasons})"
        )
    return key_set


def _state_of(file: Path) -> State:
    """Return a state that changes with the file's content; `NO_FILE` without a file."""
    try:
        status = file.stat()
    except OSError:
        return NO_FILE
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def _log(reason: str, issuer: str, keys: KeySet, *, detail: str = "") -> None:
    """Log one line for operators: ids of the keys, and why some are not used."""
    fields = {
        "event": "client-keys",
        "reason": reason,
        "issuer": issuer,
        "keys": sorted(keys.keys),
    }
    if detail:
        fields["detail"] = detail
    is_new = reason == "jwks.refresh"
    level = logging.INFO if is_new else logging.WARNING
    LOG.log(level, "client-keys", extra={"fields": fields})
    if not is_new:
        return
    for kid, why in sorted(keys.ignored.items()):
        ignored = {
            "event": "client-key-ignored",
            "reason": why,
            "issuer": issuer,
            "kid": kid,
        }
        LOG.warning("client-key-ignored", extra={"fields": ignored})
