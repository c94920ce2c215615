"""The hospital's OpenID issuer.

Our registration there, and whom its ID token proves.
"""

import re
from collections.abc import Mapping
from typing import Any

from cds_service.callers.code_flow import AuthorizationServer, Registration, values_of
from cds_service.errors import LoginRefused
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_address
from cds_service.review.sessions import OidcIdentity
from cds_service.site.review import ReviewLogin, Role

WELL_KNOWN = "/.well-known/openid-configuration"
SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
# Account names only: personal names contain spaces, and nothing may break a page or a
# log line.
SHOWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
STRONGEST: tuple[Role, ...] = ("privacy-officer", "reviewer", "operator")


def issuer_server(
    login: ReviewLogin, secret: str | None, connections: Connections
) -> AuthorizationServer:
    """Return the issuer that the site names.

    Args:
        secret: the client secret; None for a public client.
    """
    named = (login.issuer, *login.servers)
    registration = Registration(
        document=login.issuer.rstrip("/") + WELL_KNOWN,
        client_id=login.client_id,
        secret=secret,
        issuer=login.issuer,
        allowed=tuple(parse_address(url) for url in named),
    )
    return AuthorizationServer(registration, connections)


def identity_of(claims: Mapping[str, Any], login: ReviewLogin) -> OidcIdentity:
    """Return the account in verified claims.

    The most powerful one of several roles counts.

    Raises:
        LoginRefused: its name cannot be stored, or it has no role here.
    """
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise LoginRefused("subject")
    claim = claims.get(login.role_claim)
    values = (
        {claim}
        if isinstance(claim, str)
        else {value for value in values_of(claim) if isinstance(value, str)}
    )
    roles = {login.roles[value] for value in values & login.roles.keys()}
    role = next((role for role in STRONGEST if role in roles), None)
    display = claims.get(login.name_claim) if login.name_claim else None
    is_readable = isinstance(display, str) and SHOWN.fullmatch(display)
    if role is None:
        raise LoginRefused("role")
    shown = str(display) if is_readable else subject
    return OidcIdentity(login.issuer, subject, role, shown)
