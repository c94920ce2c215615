"""Tells from a token's scopes what it may read: SMART App Launch 1.0 (`.read`) and 2.0 (`.rs`)."""

from __future__ import annotations

import re

RESOURCE_SCOPE = re.compile(
    r"(?:patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]*)\.(?P<may>\*|read|write|(?=[cruds])c?r?u?d?s?)(?:\?\S*)?"
)


def may_read(scopes: str | None, resource_type: str) -> bool:
    """Whether these space-separated scopes allow reading this type.

    Missing scopes, or scopes that name no type, forbid nothing: the server decides. In SMART 2.0 either letter counts,
    `r` or `s`, since EHRs mix them up; a scope restricted by a query counts as well.
    """
    found = [match for scope in (scopes or "").split() if (match := RESOURCE_SCOPE.fullmatch(scope))]
    return not found or any(one["type"] in {"*", resource_type} and _reads(one["may"]) for one in found)


def _reads(may: str) -> bool:
    return may in {"*", "read"} or (may != "write" and bool({"r", "s"} & set(may)))
