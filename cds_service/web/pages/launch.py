"""`/worksheet/launch`: the worksheet, opened from the EHR by SMART App Launch.

Each launch has an address of its own, and a cookie for that address alone, so that two
patients in two windows never share a session. The EHR's token stays on the server.
"""

import secrets
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.audit.chain import AuditEntry
from cds_service.callers.code_flow import Secret
from cds_service.errors import (
    CallFailed,
    DataFileError,
    FhirReadError,
    LoginRefused,
    NotAllowed,
)
from cds_service.launch.authorizing import (
    MAX_LAUNCH,
    Launched,
    Launcher,
    find_launchers,
    launcher_of,
)
from cds_service.launch.sessions import LaunchSessions
from cds_service.outgoing.address import parse_address
from cds_service.outgoing.deadline import Deadline
from cds_service.review.access import Access
from cds_service.review.login import client_address, is_equal
from cds_service.review.page_policy import STATIC, restrict
from cds_service.review.sessions import LOGIN_TIME, PendingLogins
from cds_service.review.tries import TooManyTries, Tries, Turns
from cds_service.site.folder import SiteFolder
from cds_service.web.cds_api import Dependencies
from cds_service.web.pages.launched_sheet import (
    COPY,
    ENDED,
    PATH,
    SECONDS,
    LaunchContext,
    SheetRequest,
    log_launch,
    note,
    place_of,
)
from cds_service.web.pages.worksheet import FORM_BYTES, Sheets

LOGIN_COOKIE, COOKIE = "kyphoplasty-cds-launch-way", "kyphoplasty-cds-launch"
REFUSED = (
    "The worksheet could not be opened from this record. Open it again from the"
    " patient's record; who runs this service can look up why."
)
UNREACHABLE = (
    "The record system cannot be reached now. Open the worksheet again from the"
    " patient's record in a minute."
)
TOO_MANY = (
    "Too many launches are under way from this network address. Open the worksheet"
    " again from the patient's record in a minute."
)
TURN_SECONDS = 5.0  # for a launch from an address with many refusals to wait


def launch_routes(
    dependencies: Dependencies, site: SiteFolder | None, access: Access
) -> Blueprint | None:
    """Return the routes of launches; None if no EHR of the site may launch.

    Raises:
        DataFileError: a registration cannot be used.
    """
    launchers = find_launchers(site, dependencies.connections)
    if not launchers:
        return None
    if not parse_address(dependencies.base_url).may_carry_tokens:
        raise DataFileError(
            "settings",
            "KYPHOPLASTY_CDS_PUBLIC_URL",
            "a launch from an EHR needs an https address",
        )
    issuers = {launcher.client.issuer for launcher in launchers.values()}
    context = LaunchContext(
        dependencies=dependencies,
        launchers=launchers,
        sheets={issuer: Sheets.of(dependencies, site, issuer) for issuer in issuers},
        pending=PendingLogins(access),
        tries=Tries(access),
        turns=Turns(),
        sessions=LaunchSessions(access),
    )
    routes = Blueprint("launch", __name__, url_prefix=PATH)

    @routes.get("/launch")
    def start() -> AnyResponse:
        return _start(context)

    @routes.get("/callback/<path:place>")
    def callback(place: str) -> AnyResponse:
        return _finish(context, place)

    @routes.route("/at/<handle>", methods=["GET", "POST"])
    def sheet(handle: str) -> AnyResponse:
        return _sheet(context, handle)

    @routes.post("/at/<handle>/end")
    def end(handle: str) -> AnyResponse:
        return _end(context, handle)

    restrict(routes, STATIC)
    return routes


# --- to the EHR and back


def _start(context: LaunchContext) -> AnyResponse:
    iss, launch = request.args.get("iss", ""), request.args.get("launch", "")
    launcher = launcher_of(iss, context.launchers)
    if launcher is None or not 0 < len(launch) <= MAX_LAUNCH:
        raise _refused("iss" if launcher is None else "launch")
    seed = secrets.token_urlsafe(32)
    secret = _launch_secret(seed, launcher)
    try:
        address = launcher.authorization_address(
            iss,
            launch,
            context.redirect_uri(launcher.base),
            secret,
            Deadline.after(SECONDS),
        )
    except CallFailed as fault:
        return _unreachable(fault)
    context.pending.begin(seed)
    response = redirect(address, 303)
    seconds = int(LOGIN_TIME.total_seconds())
    started = f"{seed} {launcher.base.url}"
    _set_cookie(context, response, LOGIN_COOKIE, started, seconds=seconds)
    return response


def _finish(context: LaunchContext, place: str) -> AnyResponse:
    """Accept the EHR's answer once, and begin a session at an address of its own.

    Args:
        context: what every route of launches needs.
        place: the FHIR server whose address of return this is.
    """
    seed, _, base = request.cookies.get(LOGIN_COOKIE, "").partition(" ")
    launcher = launcher_of(base, context.launchers)
    if launcher is None or len(seed) != 43:
        raise _refused("state")
    if place != place_of(launcher.base):
        raise _refused("sender")
    secret = _launch_secret(seed, launcher)
    if not is_equal(request.args.get("state"), secret.value("state")):
        raise _refused("state")
    if not context.pending.complete(seed):
        raise _refused("replayed")
    deadline = Deadline.after(SECONDS)
    try:
        granted = _redeemed(context, launcher, secret, deadline)
    except LoginRefused as fault:
        # It may be a stranger, who would fill the log: no entry.
        raise _refused(fault.reason) from None
    except TooManyTries:
        return _too_many()
    except CallFailed as fault:
        return _unreachable(fault)
    now = context.dependencies.clock()
    try:
        launched = launcher.launched(granted, secret, deadline, now)
    except LoginRefused as fault:
        entry = AuditEntry(
            kind="login",
            at=now,
            client=launcher.client.issuer,
            result="denied",
            content={"view": "worksheet", "why": fault.reason},
        )
        context.dependencies.audit.append(entry)
        raise _refused(fault.reason) from None
    except CallFailed as fault:
        return _unreachable(fault)
    return _land(context, launched)


def _redeemed(
    context: LaunchContext, launcher: Launcher, secret: Secret, deadline: Deadline
) -> Mapping[str, Any]:
    """Return what the EHR gives for the code that the browser brings.

    Anybody may bring one, and keep the EHR busy with it. From an address with many
    refusals one code is redeemed at a time: a hospital may have a single address, and a
    stranger there does not shut its clinicians out.

    Raises:
        LoginRefused: there is no code, or the EHR refuses it.
        TooManyTries: others of this address had every turn.
        CallFailed: it does not answer.
    """
    code = launcher.server.read_code(request.args, deadline)
    place = f"launch {client_address(context.dependencies.settings.trusted_proxies)}"
    is_crowded = context.tries.has_many(place)
    turn = context.turns.turn(place, TURN_SECONDS) if is_crowded else nullcontext()
    redirected = context.redirect_uri(launcher.base)
    with turn:
        try:
            return launcher.redeem(code, redirected, secret, deadline)
        except LoginRefused:
            if not is_crowded:
                context.tries.add(place)
            raise


def _land(context: LaunchContext, launched: Launched) -> AnyResponse:
    """Set the cookie of the session, by a page that goes on by itself.

    Browsers do not send a `Strict` cookie on a navigation from another site.
    """
    note(context, launched, "login", "login", {"view": "worksheet"})
    secret = secrets.token_urlsafe(32)
    context.sessions.begin(secret, launched)
    place = f"{PATH}/at/{_handle(secret)}"
    response = make_response(render_template("landed.html", wanted=place))
    seconds = int((launched.ends - context.dependencies.clock()).total_seconds())
    _set_cookie(context, response, COOKIE, secret, seconds=seconds, path=place)
    _set_cookie(context, response, LOGIN_COOKIE, "", seconds=0)
    return response


def _launch_secret(seed: str, launcher: Launcher) -> Secret:
    """Bind the secret to the server, so that it fits no launch of another EHR."""
    return Secret(seed, f"launch {launcher.base.url} ")


def _handle(secret: str) -> str:
    """Return the public part of the address of a session."""
    return Secret(secret, "launch ").value("handle")[:22]


def _refused(reason: str) -> NotAllowed:
    log_launch(reason)
    return NotAllowed(REFUSED, reason=f"launch.{reason}")


def _unreachable(fault: CallFailed) -> AnyResponse:
    log_launch(fault.reason)
    page = render_template("error.html", status=503, text=UNREACHABLE)
    return make_response(page, 503)


def _too_many() -> AnyResponse:
    log_launch("limit")
    page = render_template("error.html", status=429, text=TOO_MANY)
    return make_response(page, 429)


def _set_cookie(
    context: LaunchContext,
    response: AnyResponse,
    name: str,
    value: str,
    *,
    seconds: int,
    path: str = PATH,
) -> None:
    """Set a cookie, hidden from scripts; that of a pending login is `Lax`.

    The EHR's page redirects back, and browsers send no `Strict` cookie then. `Secure`
    is only left out for plain HTTP on this machine, where no network is involved.
    """
    is_plain = parse_address(context.dependencies.base_url).scheme == "http"
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=path,
        secure=not is_plain,
        httponly=True,
        samesite="Lax" if name == LOGIN_COOKIE else "Strict",
    )


# --- the worksheet of one launch


def _session(context: LaunchContext, handle: str) -> tuple[str, Launched | None]:
    """Find the browser's secret for this address, and the launch that goes on there."""
    secret = request.cookies.get(COOKIE, "")
    if not is_equal(_handle(secret), handle):
        return "", None
    launched = context.sessions.find(secret)
    if launched is None or not _is_permitted(context, launched):
        return "", None
    return secret, launched


def _is_permitted(context: LaunchContext, launched: Launched) -> bool:
    """Tell if the site still lets this EHR launch from this server.

    A session is kept in the database, and outlives a change of the site's folder.
    """
    launcher = launcher_of(launched.base, context.launchers)
    return launcher is not None and launcher.client.issuer == launched.client


def _sheet(context: LaunchContext, handle: str) -> AnyResponse:
    request.max_content_length = FORM_BYTES
    _, launched = _session(context, handle)
    if launched is None:
        if request.method == "GET":
            raise _refused("ended")
        return _ended(context)
    form: Mapping[str, str] = request.form if request.method == "POST" else {}
    sheet_request = SheetRequest(context, launched, form)
    try:
        page = sheet_request.page(handle)
    except FhirReadError as fault:
        log_launch(fault.reason)
        if request.method == "POST":
            return _ended(context, f"{UNREACHABLE} {COPY}")
        raise NotAllowed(REFUSED, reason=f"launch.{fault.reason}") from None
    return make_response(page)


def _ended(context: LaunchContext, words: str = ENDED) -> AnyResponse:
    """Show what was entered, to copy: nothing is lost with the session."""
    sheets = next(iter(context.sheets.values()))
    outcome = sheets.sheet_of("nobody").outcome(request.form, sheets.today)
    return make_response(sheets.page(request.form, outcome, notice=words), 403)


def _end(context: LaunchContext, handle: str) -> AnyResponse:
    secret, launched = _session(context, handle)
    if launched is None or not is_equal(request.form.get("token"), launched.form_token):
        raise _refused("ended")
    context.sessions.end(secret)
    note(context, launched, "login", "logout", {"view": "worksheet"})
    return redirect(PATH, 303)
