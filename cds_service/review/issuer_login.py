"""Login to the review pages through the hospital's issuer.

OpenID Connect authorization code flow with PKCE.

During login the browser holds a secret for each tab in a cookie; state, nonce and
verifier are derived from it, so none of them is stored here. That cookie is `Lax`,
since the issuer's page redirects back. The session cookie is `Strict`, which browsers
do not send on navigation from another site, not even after a redirect of ours. So the
last step is a page of our own that continues by itself.
"""

import logging
import secrets
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.callers.code_flow import AuthorizationServer, Secret
from cds_service.errors import CallFailed, DataFileError, LoginRefused
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_address
from cds_service.outgoing.deadline import Deadline
from cds_service.review.issuer import identity_of, issuer_server
from cds_service.review.login import PATH, Cookie, Gate, is_equal, own_page
from cds_service.review.sessions import OidcIdentity
from cds_service.review.tries import TooManyTries, Turns
from cds_service.site.folder import SiteFolder
from cds_service.site.review import ReviewLogin, client_secret

LOG = logging.getLogger("kyphoplasty_cds.review")
BACK = f"{PATH}/login/callback"
LOGIN_COOKIE = "kyphoplasty-cds-issuer"
SECONDS = 5.0  # for all requests to the issuer in one step
MAX_WANTED = 1024  # characters
MAX_COOKIE = 3000  # characters of all logins together; browsers drop longer cookies
MOST_PENDING = 3  # logins of one browser at once: each tab may have its own
SECRET_LENGTH = 43
# Longer than a login may take: who was too slow at the issuer still comes to the page.
COOKIE_SECONDS = 3600
REFUSED = (
    "The login did not succeed, or this account has no role here. Who runs this service"
    " can look up why."
)
UNREACHABLE = "The hospital's login cannot be reached now. Try again in a minute."
TOO_MANY = (
    "Too many logins are under way from this network address. Try again in a minute."
)
TURN_SECONDS = 5.0  # that a login waits for others of an address that was refused much


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """One login in progress at the issuer, of one tab of a browser.

    Attributes:
        wanted: the page that was requested first.
    """

    secret: str
    wanted: str

    @classmethod
    def all_of(cls, cookie: str) -> "tuple[PendingLogin, ...]":
        """Parse a cookie: the logins of this browser's tabs, newest first."""
        words = cookie.split(" ")
        pairs = zip(words[::2], words[1::2], strict=False)
        return tuple(
            cls(secret, own_page(wanted))
            for secret, wanted in pairs
            if len(secret) == SECRET_LENGTH
        )[:MOST_PENDING]

    @property
    def derived(self) -> Secret:
        """Derive state, nonce and verifier of this login."""
        return Secret(self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerLogin:
    """The login through the site's issuer.

    Attributes:
        redirect: the redirect URI, from the configured URL only, never from a request.
    """

    gate: Gate
    issuer: AuthorizationServer
    login: ReviewLogin
    redirect: str
    turns: Turns = field(default_factory=Turns)

    def start(self) -> AnyResponse:
        """Send the browser to the issuer."""
        wanted = own_page(request.args.get("wanted", PATH))
        if len(wanted) > MAX_WANTED:
            # The page without its filter is nearer than the first page.
            page = wanted.partition("?")[0]
            wanted = page if len(page) <= MAX_WANTED else PATH
        pending = PendingLogin(secrets.token_urlsafe(32), wanted)
        parameters = {
            "scope": " ".join(dict.fromkeys(("openid", *self.login.scopes))),
            "redirect_uri": self.redirect,
            **pending.derived.parameters,
        }
        try:
            address = self.issuer.authorization_address(
                parameters, Deadline.after(SECONDS)
            )
        except CallFailed as fault:
            return self._refuse(pending.wanted, fault.reason, UNREACHABLE, 503)
        # On the way back, from another site, the browser does not send its cookie.
        self.gate.end_old()
        self.gate.pending.begin(pending.secret)
        response = redirect(address, 303)
        self._set_cookie(response, (pending, *self._pending()))
        return response

    def finish(self) -> AnyResponse:
        """Accept the issuer's response once, and begin a session.

        Only a return that the issuer refuses counts as a login attempt: it calls the
        issuer and is logged. The start does not, since any page can make a browser
        start a login, for example with fifty images. If an address has had many
        refused, one at a time is looked at and none is logged: a hospital may have one
        address, and a stranger there shuts nobody out and fills no log.
        """
        state, logins = request.args.get("state"), self._pending()
        pending = next(
            (
                login
                for login in logins
                if is_equal(state, login.derived.value("state"))
            ),
            None,
        )
        if pending is None:
            return self._refuse(PATH, "state")  # may be a stranger: no entry
        if not self.gate.pending.complete(pending.secret):
            return self._refuse(pending.wanted, "replayed")
        accounts, address = self.gate.accounts, self.gate.address
        is_crowded = accounts.is_refused_much(address)
        turn = self.turns.turn(address, TURN_SECONDS) if is_crowded else nullcontext()
        try:
            with turn:
                who = self._who(pending, Deadline.after(SECONDS))
        except TooManyTries:
            response = self._refuse(pending.wanted, "limit", TOO_MANY, 429)
        except LoginRefused as fault:
            if is_crowded:
                response = self._refuse(pending.wanted, fault.reason)
            else:
                accounts.count_refused_by_issuer(address)
                response = self._deny(pending, fault)
        except CallFailed as fault:
            response = self._refuse(pending.wanted, fault.reason, UNREACHABLE, 503)
        else:
            response = self._land(pending, who)
        self._set_cookie(response, [login for login in logins if login != pending])
        return response

    def _who(self, pending: PendingLogin, deadline: Deadline) -> OidcIdentity:
        """Return the account that the issuer vouches for.

        Raises:
            LoginRefused: the issuer or a check refuses the login.
            CallFailed: the issuer cannot be reached.
        """
        code = self.issuer.read_code(request.args, deadline)
        verifier = pending.derived.value("verifier")
        answer = self.issuer.redeem(code, verifier, self.redirect, deadline)
        nonce = pending.derived.value("nonce")
        claims = self.issuer.verified_claims(answer, nonce, deadline)
        return identity_of(claims, self.login)

    def _land(self, pending: PendingLogin, who: OidcIdentity) -> AnyResponse:
        response = make_response(
            render_template("review-landed.html", wanted=pending.wanted)
        )
        content = {"address": self.gate.address, "issuer": who.issuer}
        named = {"account": who.shown} if who.shown != who.subject else {}
        return self.gate.open(response, self.gate.sessions.begin(who), content | named)

    def _deny(self, pending: PendingLogin, fault: LoginRefused) -> AnyResponse:
        content = {
            "address": self.gate.address,
            "issuer": self.login.issuer,
            "why": fault.reason,
        }
        self.gate.note("login", result="denied", content=content)
        return self._refuse(pending.wanted, fault.reason)

    def _refuse(
        self, wanted: str, reason: str, words: str = REFUSED, status: int = 403
    ) -> AnyResponse:
        """Show the login page with the same message for every failure.

        The reason only goes to the log.
        """
        fields = {
            "event": "login-refused",
            "reason": reason,
            "address": self.gate.address,
        }
        LOG.warning("login", extra={"fields": fields})
        return self.gate.login_page(wanted, words, status)

    def _pending(self) -> tuple[PendingLogin, ...]:
        """Return the logins that this browser has in progress, newest first."""
        return PendingLogin.all_of(request.cookies.get(LOGIN_COOKIE, ""))

    def _set_cookie(
        self, response: AnyResponse, logins: Sequence[PendingLogin]
    ) -> None:
        """Let the browser hold these logins, the newest first; none ends the cookie."""
        pairs = [f"{login.secret} {login.wanted}" for login in logins[:MOST_PENDING]]
        while len(" ".join(pairs)) > MAX_COOKIE:
            pairs.pop()
        seconds = COOKIE_SECONDS if pairs else 0
        value, path = " ".join(pairs), f"{PATH}/login"
        self.gate.set_cookie(
            response, Cookie(LOGIN_COOKIE, value, seconds, path, is_lax=True)
        )


def issuer_login(
    gate: Gate, folder: SiteFolder, connections: Connections
) -> IssuerLogin | None:
    """Make the login through the site's issuer; None if the site names none.

    Raises:
        DataFileError: the secret cannot be read, or the redirect would use plain http
            over a network.
    """
    login = folder.site.review
    if login is None:
        return None
    if not parse_address(gate.base_url).may_carry_tokens:
        raise DataFileError(
            "settings",
            "KYPHOPLASTY_CDS_PUBLIC_URL",
            "a login by an issuer needs an https address",
        )
    secret = client_secret(folder.path, login.client_secret_file)
    issuer = issuer_server(login, secret, connections)
    return IssuerLogin(
        gate=gate, issuer=issuer, login=login, redirect=f"{gate.base_url}{BACK}"
    )
