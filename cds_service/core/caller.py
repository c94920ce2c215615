"""Who asks: the EHR that called and, where it serves several, for which of its tenants."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller; what was said to one is not told to another.

    Attributes:
        client: the issuer of its tokens; None in open mode, where nobody is asked.
        tenant: as its token names it.
    """

    client: str | None = None
    tenant: str | None = None


NOBODY = Caller()
