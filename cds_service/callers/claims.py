"""What a verified token claims (CDS Hooks 2.0.1, RFC 7519): for us, now, once, for a tenant that the site knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.site.clients import MAX_NAME, Client

SKEW_SECONDS = 60
MAX_JTI = 256  # characters
LATEST = 253_402_300_800  # the year 10000; no time is later


class BadClaim(Exception):
    """One claim is not as it must be; the reason is a key of the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Times:
    """When a token was made and until when it is good, in seconds since 1970."""

    issued: float
    expires: float
    not_before: float | None


def read_times(claims: Mapping[str, Any]) -> Times:
    """The times of a token.

    Raises:
        BadClaim: `exp` or `iat` is missing, or one of them is no time.
    """
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    return Times(issued, expires, _time(claims, "nbf") if "nbf" in claims else None)


def check_times(times: Times, client: Client, now: float) -> None:
    """Pass a token that is good now.

    Raises:
        BadClaim: past, not yet, or good for longer than this client's tokens may be.
    """
    if times.expires + SKEW_SECONDS < now:
        raise BadClaim("jwt.exp")
    if times.issued - SKEW_SECONDS > now:
        raise BadClaim("jwt.iat")
    if times.not_before is not None and times.not_before - SKEW_SECONDS > now:
        raise BadClaim("jwt.nbf")
    if not 0 < times.expires - times.issued <= client.max_lifetime_seconds:
        raise BadClaim("jwt.lifetime")


def check_audience(claims: Mapping[str, Any], ours: Collection[str]) -> None:
    """Pass a token that names one of our addresses, alone or among others; one slash at the end makes no difference.

    Raises:
        BadClaim: it names none.
    """
    named = claims.get("aud")
    texts = named if isinstance(named, list) else [named]
    found = {one.removesuffix("/") for one in texts if isinstance(one, str)}
    if not found & {one.removesuffix("/") for one in ours} or not all(isinstance(one, str) for one in texts):
        raise BadClaim("jwt.aud")


def tenant_of(claims: Mapping[str, Any], client: Client) -> str | None:
    """The tenant that the token names.

    Raises:
        BadClaim: it names none of the site's where the site lists some, or what it names is no text.
    """
    tenant = claims.get("tenant")
    if tenant is not None and not (isinstance(tenant, str) and 0 < len(tenant) <= MAX_NAME):
        raise BadClaim("jwt.tenant")
    if client.tenants and tenant not in client.tenants:
        raise BadClaim("jwt.tenant")
    return tenant


def jti_of(claims: Mapping[str, Any]) -> str:
    """The token's own id.

    Raises:
        BadClaim: it has none, or one of no use.
    """
    jti = claims.get("jti")
    if not (isinstance(jti, str) and 0 < len(jti) <= MAX_JTI):
        raise BadClaim("jwt.jti")
    return jti


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LATEST:
        raise BadClaim(f"jwt.{name}")
    return value
