"""Tokens of the two clients of the sites that all rows share."""

from typing import Any

from tests.client_tokens import ISSUER, Signer
from tests.client_tokens import key_set as key_set_of

OTHER_ISSUER = "https://other.example.org"
SIGNERS = {
    issuer: Signer("ES384", f"key-of-{issuer.removeprefix('https://')}")
    for issuer in (ISSUER, OTHER_ISSUER)
}


def key_set(issuer: str) -> str:
    """What stands at the JWKS address of this client."""
    return key_set_of(SIGNERS[issuer]).decode()


def token(
    audience: str,
    *,
    issuer: str = ISSUER,
    claims: dict[str, Any] | None = None,
    **changed: Any,
) -> str:
    """A token of this client for this address, good unless it is changed here; see `Signer.token`."""
    return SIGNERS[issuer].token(
        audience, claims={"iss": issuer, "tenant": "north"} | (claims or {}), **changed
    )


__all__ = ["ISSUER", "OTHER_ISSUER", "SIGNERS", "key_set", "token"]
