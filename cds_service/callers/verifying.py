"""The path of a token, top to bottom: form, issuer, key, signature, claims, the client's rate, first use."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from jwt import PyJWS
from jwt.exceptions import PyJWTError

from cds_service.callers.claims import (
    SKEW_SECONDS,
    BadClaim,
    check_audience,
    check_times,
    jti_of,
    read_times,
    tenant_of,
)
from cds_service.callers.key_sources import KeyAddress, KeyFile, KeySource
from cds_service.callers.keys import VerifyingKey
from cds_service.callers.rates import Rate
from cds_service.callers.refusing import refuse
from cds_service.callers.replays import Replays
from cds_service.callers.token import Token, bearer_of, read_token
from cds_service.core.caller import Caller
from cds_service.deadline import Deadline
from cds_service.errors import TooManyCalls
from cds_service.fhir.address import parse_address
from cds_service.fhir.server.connections import Connections
from cds_service.site.clients import Algorithm, Client

TOO_MANY = "This client has made more calls than its site allows in a minute."
ALGORITHMS = frozenset(get_args(Algorithm))


@dataclass(frozen=True, slots=True)
class KnownClient:
    """One EHR of the site, with what this process keeps for it.

    Attributes:
        rate: of calls; None where the site sets no limit.
        rate_of_refusals: of calls beyond it of which is recorded what they asked for; as many.
    """

    settings: Client
    source: KeySource
    rate: Rate | None = None
    rate_of_refusals: Rate | None = None

    @classmethod
    def of(cls, settings: Client, folder: Path, connections: Connections) -> KnownClient:
        """The EHR with its keys.

        Raises:
            DataFileError: the file of its keys holds none.
        """
        source: KeySource = (
            KeyFile(settings.issuer, folder / settings.jwks_file)
            if settings.jwks_file is not None
            else KeyAddress(settings.issuer, settings.jwks_url or "", connections)
        )
        if settings.calls_per_minute is None:
            return cls(settings, source)
        return cls(settings, source, Rate(settings.calls_per_minute), Rate(settings.calls_per_minute))

    def check_rate(self) -> None:
        """Pass a call that this client may still make in this minute.

        Raises:
            TooManyCalls: it may not.
        """
        seconds = self.rate.take() if self.rate is not None else 0
        if seconds:
            is_recorded = self.rate_of_refusals is None or self.rate_of_refusals.take() == 0
            raise TooManyCalls(TOO_MANY, seconds=seconds, is_recorded=is_recorded)


class Callers:
    """Every EHR that may call, and who of them does."""

    def __init__(self, clients: Sequence[KnownClient], replays: Replays, clock: Callable[[], datetime]) -> None:
        """Nothing is fetched yet.

        Args:
            clients: one for each issuer.
            replays: knows which tokens were used.
            clock: now, UTC.
        """
        self._clients: Mapping[str, KnownClient] = {one.settings.issuer: one for one in clients}
        self._replays = replays
        self._clock = clock
        self._signatures = PyJWS(algorithms=sorted(ALGORITHMS))

    def prefetch(self) -> None:
        """Begin to fetch all keys and to reach the table of used tokens; nobody waits for them."""
        self._replays.start()
        for client in self._clients.values():
            client.source.prefetch()

    def verify(
        self,
        authorization: str | None,
        address: str,
        until: Deadline,
        say_caller: Callable[[Caller], None] = lambda _: None,
    ) -> tuple[KnownClient, Caller]:
        """Who sent this Authorization header to this address of ours.

        A call beyond the client's rate leaves its token unused: who is told to try again later may do so with it.

        Args:
            authorization: None where there is none.
            address: as callers know it, from settings alone.
            until: of the answer.
            say_caller: told who it is before the rate is looked at.

        Raises:
            NotAuthenticated: nobody that we know; why is in it for the log alone.
            TooManyCalls: somebody who has called too often.
        """
        token = read_token(bearer_of(authorization))
        issuer = token.claims.get("iss")
        if token.algorithm not in ALGORITHMS:
            raise refuse("jwt.alg", issuer=issuer, kid=token.kid)
        client = self._clients.get(issuer) if isinstance(issuer, str) else None
        if client is None:
            raise refuse("jwt.iss", issuer=issuer, kid=token.kid)
        try:
            self._check_signature(token, _keys_for(token, client, until))
            caller, jti, expires = self._check_claims(token, client.settings, address)
            say_caller(caller)
            client.check_rate()
            self._use(client.settings.issuer, jti, expires, until)
        except BadClaim as error:
            raise refuse(error.reason, issuer=issuer, kid=token.kid) from None
        return client, caller

    def _check_signature(self, token: Token, keys: Sequence[VerifyingKey]) -> None:
        for key in keys:
            with suppress(PyJWTError):
                self._signatures.decode_complete(token.text, key.public, algorithms=[token.algorithm])
                return
        raise BadClaim("jwt.signature")

    def _check_claims(self, token: Token, client: Client, address: str) -> tuple[Caller, str, int]:
        """Whom a token speaks for that is for us, now, and not used as far as this process knows; its id and end."""
        now = self._clock().timestamp()
        check_audience(token.claims, (address, *client.audiences))
        times = read_times(token.claims)
        jti = jti_of(token.claims)
        check_times(times, client, now)
        tenant = tenant_of(token.claims, client)
        if self._replays.is_used(client.issuer, jti):  # or whoever has an old token could use up the client's rate
            raise BadClaim("jwt.replay")
        return Caller(client.issuer, tenant), jti, math.ceil(times.expires) + SKEW_SECONDS

    def _use(self, issuer: str, jti: str, expires: int, until: Deadline) -> None:
        now = self._clock().timestamp()
        if not self._replays.is_new(issuer, jti, expires=expires, now=now, until=until):
            raise BadClaim("jwt.replay")


def _keys_for(token: Token, client: KnownClient, until: Deadline) -> Sequence[VerifyingKey]:
    """The issuer's own keys that this token names: an issuer may publish two under one id, as while it changes them.

    Raises:
        BadClaim: there is none, or it is not for tokens of this algorithm.
    """
    if token.algorithm not in client.settings.algorithms:
        raise BadClaim("jwt.alg")
    if token.jku is not None and not _is_address_of_keys(token.jku, client.settings):
        raise BadClaim("jwt.jku")
    found = client.source.keys(token.kid, until)
    named = found.keys.get(token.kid)
    if not named:
        raise BadClaim(found.ignored.get(token.kid, "jwt.kid_unknown"))
    fitting = [key for key in named if key.fits(token.algorithm)]
    if not fitting:
        raise BadClaim("jwt.alg_key")
    return fitting


def _is_address_of_keys(jku: str, client: Client) -> bool:
    """Whether the token names the address that the site does; nothing is ever fetched from what a token names.

    An EHR whose keys the site holds in a file has no address here: its own origin must do.
    """
    with suppress(ValueError):
        named = parse_address(jku)
        if client.jwks_url is not None:
            return named == parse_address(client.jwks_url)
        return named.origin == parse_address(client.issuer).origin
    return False
