"""Access to the review pages: local accounts, sessions, roles, form tokens.

Every access is logged. The login through the hospital's issuer is in `issuer_login.py`.

The login form is the 401 response at the requested URL, so that no redirect has to
carry that URL along.
"""

import hmac
import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from itertools import chain
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import quote, urlencode, urlsplit

from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.wrappers import Response as AnyResponse

from cds_service.audit.chain import AuditEntry, AuditLog, Kind
from cds_service.outgoing.address import is_loopback_host
from cds_service.review.accounts import Accounts
from cds_service.review.sessions import LIFETIME, PendingLogins, Session, Sessions
from cds_service.review.tries import TooManyTries
from cds_service.settings import Network
from cds_service.site.review import Role

LOG = logging.getLogger("kyphoplasty_cds.review")
COOKIE = "kyphoplasty-cds-review"
FORM_COOKIE = "kyphoplasty-cds-login"  # the form token before there is a session
PATH = "/audit"
# No segment of dots, nor an empty one: a browser would leave these pages by it.
OWN_PAGE = re.compile(r"/audit(/(?!\.\.?(/|\?|$))[\w.~-]+)*/?(\?[^\s\\]*)?", re.ASCII)
# Of what can be asked for by a form alone, or is no page after a login.
NO_PAGE = re.compile(r"/audit/(login|logout|export)\b.*")
# What stays as it is in the query of such a page; the rest would be quoted in a cookie,
# each character by four.
PLAIN_IN_QUERY = "!#$%&'()*+-./:=?@[]^_`{|}~"
OF_FORM = ("token", "format")  # fields of a form that no filter has
LOGOUT = "review.log_out"
BEFORE_LOGIN = ("review.log_in", "review.start_login", "review.finish_login")
NO_ACCOUNTS = "There are no local accounts here: use the hospital's login."
# One text for both, so that it tells nothing about the account.
REFUSED = (
    "Name and password do not fit, or there were too many tries. Then wait 15 minutes."
)
# The kind of entry for a view that does more than read.
KIND_OF_VIEW: Mapping[str, Kind] = {"login": "login", "mark": "mark", "note": "note"}
Login = Literal["opened", "denied", "locked"]
LOGINS: tuple[Login, ...] = get_args(Login)
Permission = Literal["patients", "readers"]
ALLOWED: Mapping[Role, frozenset[Permission]] = {
    "reviewer": frozenset({"patients"}),
    "privacy-officer": frozenset({"patients", "readers"}),
    "operator": frozenset(),
}


class Cookie(NamedTuple):
    """A cookie of these pages.

    Attributes:
        seconds: how long the browser keeps it; None until the browser is closed.
        is_lax: it is also sent on navigation from another site.
    """

    name: str
    value: str
    seconds: int | None = None
    path: str = PATH
    is_lax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Controls access to the review pages.

    Attributes:
        base_url: the URL at which reviewers reach this service, if known.
        has_local: local accounts may log in.
        hospital: name of the hospital with its own login; empty if there is none.
        trusted_proxies: proxies that may state the client's address, so that attempts
            are counted by person.
        count: called for each login attempt.
    """

    accounts: Accounts
    sessions: Sessions
    pending: PendingLogins
    audit: AuditLog
    clock: Callable[[], datetime]
    base_url: str
    has_local: bool = True
    hospital: str = ""
    trusted_proxies: Sequence[Network] = ()
    count: Callable[[Login], None] = lambda _: None

    @property
    def address(self) -> str:
        """Return the client's network address; may be empty."""
        return client_address(self.trusted_proxies)

    def admit(self) -> Response | None:
        """Refuse a request without a session, or a form without its token.

        Returns:
            The login form for a request without a session; None to go on.

        Raises:
            Forbidden: the form's token is not that of the session.
        """
        fields = chain.from_iterable(request.values.items(multi=True))
        if any("\0" in text for text in (request.path, *fields)):
            # PostgreSQL cannot store a text with such a character.
            raise BadRequest("An address or a form must not hold a NUL character.")
        if request.endpoint in BEFORE_LOGIN:
            return None
        session = self.sessions.session(request.cookies.get(COOKIE, ""))
        if session is None:
            return self.login_page(_wanted_page())
        g.reviewer = session
        token = request.form.get("token")
        if request.method == "POST" and not is_equal(token, session.form_token):
            self.note("form", result="denied", content={"why": "token"})
            raise Forbidden(
                "The form is too old, or not ours. Go back, load the page again and"
                " repeat."
            )
        return None

    @property
    def reviewer(self) -> Session:
        """Return the reviewer who is logged in; after `admit` there always is one."""
        session: Session = g.reviewer
        return session

    def need(self, what: Permission) -> None:
        """Refuse what the role does not allow.

        Raises:
            Forbidden: after the refusal has been logged.
        """
        if not is_allowed(what):
            self.note(request.endpoint or "", result="denied", content={"why": "role"})
            raise Forbidden("Your role does not allow this page.")

    def note(
        self,
        view: str,
        *,
        result: str | None = None,
        patient: str | None = None,
        about: str | None = None,
        content: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Append an entry about a reviewer's action; nothing is shown without it.

        Its kind follows from the view: a login, a mark, a note, or else a read.

        Raises:
            AuditUnavailable: the entry could not be written.
        """
        reviewer: Session | None = g.get("reviewer")
        who = {"role": reviewer.role} if reviewer else {}
        self.audit.append(
            AuditEntry(
                kind=KIND_OF_VIEW.get(view, "read"),
                at=self.clock(),
                user=reviewer.name if reviewer else None,
                result=result,
                patient=patient,
                about=about,
                content={"view": view.removeprefix("review."), **who, **content},
            )
        )

    def login_page(self, wanted: str, fault: str = "", status: int = 401) -> Response:
        """Make the login form; its token is in a cookie too, to be compared later."""
        token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
        logins = {"has_local": self.has_local, "hospital": self.hospital}
        page = render_template(
            "review-login.html",
            wanted=own_page(wanted),
            token=token,
            fault=fault,
            **logins,
        )
        response = make_response(page, status)
        self.set_cookie(response, Cookie(FORM_COOKIE, token))
        return response

    def log_in(self) -> AnyResponse:
        wanted = own_page(request.form.get("wanted", PATH))
        name = request.form.get("name", "").strip().lower()
        if not self.has_local:
            return self.login_page(wanted, NO_ACCOUNTS, 403)
        if not is_equal(request.form.get("token"), request.cookies.get(FORM_COOKIE)):
            return self.login_page(wanted, "The form was too old. Try again.", 403)
        address = self.address
        try:
            fits = self.accounts.check(name, request.form.get("password", ""), address)
        except TooManyTries:
            self.count("locked")
            LOG.warning(
                "login", extra={"fields": {"event": "login-limit", "address": address}}
            )
            return self.login_page(wanted, REFUSED, 429)
        if not fits:
            self.count("denied")
            # The typed name may be a password, so only existing names are logged.
            known = name if self.accounts.find(name) else None
            tried = {"account": known, "address": address}
            self.note("login", result="denied", content=tried)
            return self.login_page(wanted, REFUSED)
        session = self.sessions.begin(name)
        return self.open(redirect(wanted, 303), session, {"address": address})

    def open(
        self, response: AnyResponse, token: str, content: Mapping[str, Any]
    ) -> AnyResponse:
        """Open the new session in place of the old one, and set its cookie."""
        self.end_old()
        g.reviewer = self.sessions.session(token)
        self.count("opened")
        self.note("login", result="login", content=content)
        seconds = int(LIFETIME.total_seconds())
        self.set_cookie(response, Cookie(COOKIE, token, seconds))
        response.delete_cookie(FORM_COOKIE, path=PATH)
        return response

    def end_old(self) -> None:
        """End the session that this browser has."""
        if old := request.cookies.get(COOKIE):
            self.sessions.end(old)

    def log_out(self) -> AnyResponse:
        """End the session, also if the log cannot say so."""
        self.sessions.end(request.cookies.get(COOKIE, ""))
        self.note("login", result="logout")
        response = redirect(f"{PATH}/login", 303)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    def set_cookie(self, response: AnyResponse, cookie: Cookie) -> None:
        """Set a cookie for these pages, hidden from scripts.

        `Secure` is left out only for plain HTTP on this machine: nothing then crosses a
        network.
        """
        address = urlsplit(self.base_url)
        is_local = (
            address.scheme == "http"
            and _is_loopback(address.netloc)
            and _is_loopback(request.host)
        )
        is_secure = request.is_secure or not is_local
        response.set_cookie(
            cookie.name,
            cookie.value,
            max_age=cookie.seconds,
            path=cookie.path,
            secure=is_secure,
            httponly=True,
            samesite="Lax" if cookie.is_lax else "Strict",
        )


def login_routes(routes: Blueprint, gate: Gate) -> None:
    """Add the routes of login and logout, and the gate in front of all routes."""
    routes.before_request(gate.admit)

    @routes.route("/login", methods=["GET", "POST"])
    def log_in() -> AnyResponse:
        if request.method == "POST":
            return gate.log_in()
        return gate.login_page(PATH, status=200)

    routes.post("/logout")(gate.log_out)


def forget_session(response: Response) -> None:
    """Let the browser forget its session if it asked to log out.

    For answers to a logout that could not be kept: whoever leaves a shared machine has
    left. The cookie comes from our own pages alone (`Strict`).
    """
    if request.endpoint == LOGOUT and COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path=PATH)


def is_allowed(what: Permission) -> bool:
    """Tell if a reviewer is logged in whose role allows this."""
    reviewer: Session | None = g.get("reviewer")
    # a newer version on the same database may have given a role that this one lacks
    return reviewer is not None and what in ALLOWED.get(reviewer.role, frozenset())


def own_page(wanted: str) -> str:
    """Return the URL if it is one of the review pages, else the first page.

    It is then of ASCII without quotes, commas and semicolons.
    """
    if not OWN_PAGE.fullmatch(wanted) or NO_PAGE.match(wanted):
        return PATH
    path, mark, query = wanted.partition("?")
    return f"{path}{mark}{quote(query, safe=PLAIN_IN_QUERY)}"


def _wanted_page() -> str:
    """Return the URL of the page that this request asks for.

    For a form it is the page with that form, for an export the list that was to be
    exported: what was typed into a note is not carried along.
    """
    if request.method == "GET":
        query = request.query_string.decode()
        return f"{request.path}?{query}".rstrip("?")
    page = request.path.rpartition("/")[0]
    if page != PATH:
        return page
    fields = request.form.items(multi=True)
    query = urlencode([(name, text) for name, text in fields if name not in OF_FORM])
    return f"{PATH}?{query}".rstrip("?")


def is_equal(value: str | None, expected: str | None) -> bool:
    """Tell if both are present and equal, compared in constant time."""
    return bool(value and expected) and hmac.compare_digest(
        str(value).encode(), str(expected).encode()
    )


def client_address(trusted_proxies: Sequence[Network]) -> str:
    """Find the client's network address; may be empty.

    It is that of the connection, unless a trusted proxy states another. Only the last
    item of `X-Forwarded-For` counts: the client can forge the others.
    """
    peer = request.remote_addr or ""
    if not is_one_of(peer, trusted_proxies):
        return peer
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2]
    return _plain_address(forwarded.strip()) or peer


def is_one_of(address: str, networks: Sequence[Network]) -> bool:
    """Tell if this address is in one of these networks."""
    plain = _plain_address(address)
    return plain != "" and any(ip_address(plain) in network for network in networks)


def _plain_address(text: str) -> str:
    """Normalise the IP address in this text; empty if it is not one."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def _is_loopback(place: str) -> bool:
    try:
        return is_loopback_host(urlsplit(f"//{place}").hostname or "")
    except ValueError:  # no host at all
        return False
