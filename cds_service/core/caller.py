"""The EHR that calls and, if it serves several tenants, the tenant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller. Earlier answers and feedback are never shared between callers.

    Attributes:
        client: the issuer of its tokens; None in open mode, which asks for no token.
        tenant: as its token names it.
    """

    client: str | None = None
    tenant: str | None = None


NOBODY = Caller()
