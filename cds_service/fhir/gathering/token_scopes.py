"""Tell what the scopes of an access token allow to read.

The scopes are those of SMART App Launch 1.0 (`.read`) and 2.0 (`.rs`).
"""

import re

from cds_service.protocol.messages import HookRequest

RESOURCE_SCOPE = re.compile(
    r"(?:patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]*)"
    r"\.(?P<may>\*|read|write|(?=[cruds])c?r?u?d?s?)(?P<query>\?\S*)?"
)


def may_ask(request: HookRequest, resource_type: str) -> bool:
    """Tell if the request's token covers reading this type."""
    token = request.fhir_authorization
    return token is None or may_read(token.scope, resource_type)


def may_read(
    scopes: str | None, resource_type: str, *, with_queries: bool = True
) -> bool:
    """Tell if these space-separated scopes allow reading this type.

    Missing scopes, or scopes that name no type, forbid nothing: the server decides. In
    SMART 2.0 either letter counts, `r` or `s`, since EHRs mix them up.

    Args:
        scopes: the scopes as the token states them; None if it states none.
        resource_type: the type to be read.
        with_queries: a scope that a query restricts counts as well.
    """
    matches = [
        match
        for scope in (scopes or "").split()
        if (match := RESOURCE_SCOPE.fullmatch(scope))
    ]
    if not matches:
        return True
    for scope in matches:
        may = scope["may"]
        is_reading = may in {"*", "read"} or (may != "write" and {"r", "s"} & set(may))
        is_of_type = scope["type"] in {"*", resource_type}
        if is_reading and is_of_type and (with_queries or not scope["query"]):
            return True
    return False
