"""Why a caller is not believed: a word for operators alone, since the answer is the same whatever was wrong."""

from __future__ import annotations

from typing import Any

from cds_service.errors import NotAuthenticated

SHOWN = 64  # characters of what a caller claims


def refuse(reason: str, *, issuer: Any = "", kid: Any = "") -> NotAuthenticated:
    """The refusal for this reason, a key of the attack table; what the caller claims is cut."""
    return NotAuthenticated("Not authenticated.", reason=reason, issuer=_shown(issuer), kid=_shown(kid))


def _shown(value: Any) -> str:
    return value[:SHOWN] if isinstance(value, str) else ""
