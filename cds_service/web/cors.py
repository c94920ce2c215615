"""CORS: browsers that run a CDS Hooks client may read every response, including errors."""

from flask import Flask, Response, request

from cds_service.site.folder import Site

CDS_PATH = "/cds-services"
METHODS = "GET, POST, OPTIONS"
HEADERS = "Authorization, Content-Type"
ALLOWED = "Access-Control-Allow-Origin"


def register_cors(app: Flask, site: Site | None) -> None:
    """Answer preflights without authentication, and add CORS headers to every response on a CDS path."""

    @app.before_request
    def answer_preflight() -> Response | None:
        return Response(status=204) if request.method == "OPTIONS" and _is_cds_path() else None

    @app.after_request
    def allow_origin(response: Response) -> Response:
        if _is_cds_path():
            response.headers.extend(_origin_headers(site, request.headers.get("Origin", "")))
            if request.method == "OPTIONS" and ALLOWED in response.headers:
                _say_what_may_be_sent(response)
        return response


def _origin_headers(site: Site | None, origin: str) -> dict[str, str]:
    if site is None:
        return {ALLOWED: "*"}  # open mode; never with credentials
    return {"Vary": "Origin"} | ({ALLOWED: origin} if origin in site.site.allowed_origins else {})


def _is_cds_path() -> bool:
    return request.path == CDS_PATH or request.path.startswith(CDS_PATH + "/")


def _say_what_may_be_sent(response: Response) -> None:
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = HEADERS
    response.headers["Access-Control-Max-Age"] = "600"
