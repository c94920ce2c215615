"""Restrict what pages may load and who may frame them."""

from flask import Blueprint, Response

# Of pages that run no script.
STATIC = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri"
    " 'none'; frame-ancestors 'none'"
)
# Of pages whose scripts ask this service.
SCRIPTED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def restrict(routes: Blueprint, policy: str) -> None:
    """Set the policy of each page of these routes."""

    @routes.after_request
    def set_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response
