"""Cross-origin calls: browsers that run a CDS Hooks client may read every answer, errors included."""

from __future__ import annotations

from flask import Flask, Response, request

from cds_service.site.folder import Site

CDS_PATH = "/cds-services"
METHODS = "GET, POST, OPTIONS"
HEADERS = "Authorization, Content-Type"


def register_cors(app: Flask, site: Site | None) -> None:
    """Preflights are answered without authentication, and every answer of a CDS path says who may read it."""

    @app.before_request
    def answer_preflight() -> Response | None:
        return Response(status=204) if request.method == "OPTIONS" and _is_cds_path() else None

    @app.after_request
    def allow_origin(response: Response) -> Response:
        if _is_cds_path():
            _allow(response, site)
        return response


def _is_cds_path() -> bool:
    return request.path == CDS_PATH or request.path.startswith(CDS_PATH + "/")


def _allow(response: Response, site: Site | None) -> None:
    origin = request.headers.get("Origin", "")
    if site is None:
        response.headers["Access-Control-Allow-Origin"] = "*"  # open mode; never with credentials
    else:
        response.vary.add("Origin")
        if origin not in site.site.allowed_origins:
            return
        response.headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Max-Age"] = "600"
