"""The hospital's own login for the review pages: to the issuer and back, by authorization code with PKCE.

A browser on its way holds one secret in a cookie; state, nonce and verifier are made of it, so that nothing of them is
kept here. That cookie is `Lax`, since the issuer's page leads back. The cookie of a session is `Strict` and is not sent
along when another site leads here, a redirect of ours behind it included: the last step is a page of our own that goes
on by itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from cds_service.audit.accounts import TooManyTries
from cds_service.audit.sessions import ON_THE_WAY, Vouched
from cds_service.deadline import Deadline
from cds_service.errors import CallFailed, DataFileError, LoginRefused
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_address
from cds_service.review.id_token import Expected, verified_claims, vouched
from cds_service.review.issuer import Issuer
from cds_service.site.folder import SiteFolder
from cds_service.site.review import ReviewLogin, client_secret
from cds_service.web.review.login import PATH, Gate, own_page, same

LOG = logging.getLogger("kyphoplasty_cds.review")
BACK = f"{PATH}/login/callback"
WAY_COOKIE = "kyphoplasty-cds-way"
SECONDS = 5.0  # for all that is asked of the issuer in one step
MAX_WANTED = 1024  # characters; browsers drop longer cookies
MAX_CODE = 4096
REFUSED = "The login did not succeed, or this account has no role here. Who runs this service can look up why."
UNREACHABLE = "The hospital's login cannot be reached now. Try again in a minute."
TOO_MANY = "Too many logins from this network address. Wait 15 minutes."


@dataclass(frozen=True, slots=True)
class Way:
    """One browser's way to the issuer and back.

    Attributes:
        wanted: the page that it asked for first.
    """

    secret: str
    wanted: str

    @classmethod
    def of(cls, cookie: str) -> Way | None:
        """What a cookie says; None when it is none of ours."""
        secret, _, wanted = cookie.partition(" ")
        return cls(secret, own_page(wanted)) if len(secret) == 43 else None

    @property
    def cookie(self) -> str:
        """As the browser holds it."""
        return f"{self.secret} {self.wanted}"

    def made(self, purpose: str) -> str:
        """The text of this way for one purpose; nobody who sees one of them can tell another."""
        return _base64(hmac.digest(self.secret.encode(), purpose.encode(), hashlib.sha256))

    @property
    def challenge(self) -> str:
        """That of the verifier (RFC 7636, S256)."""
        return _base64(hashlib.sha256(self.made("verifier").encode()).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerLogin:
    """The login by way of the site's issuer.

    Attributes:
        redirect: where the issuer leads back to, from the known address alone, never from what a request says.
    """

    gate: Gate
    issuer: Issuer
    login: ReviewLogin
    redirect: str

    def set_out(self) -> AnyResponse:
        """Send the browser to the issuer."""
        way = Way(secrets.token_urlsafe(32), own_page(request.args.get("wanted", PATH)[: MAX_WANTED + 1]))
        way = way if len(way.wanted) <= MAX_WANTED else Way(way.secret, PATH)
        asked = {
            "redirect_uri": self.redirect,
            "state": way.made("state"),
            "nonce": way.made("nonce"),
            "code_challenge": way.challenge,
            "code_challenge_method": "S256",
        }
        try:
            address = self.issuer.authorization_address(asked, Deadline.after(SECONDS))
        except CallFailed as fault:
            return self._refuse(way.wanted, fault.reason, UNREACHABLE, 503)
        self.gate.sessions.set_out(way.secret)
        response = redirect(address, 303)
        self._set_way(response, way.cookie, int(ON_THE_WAY.total_seconds()))
        return response

    def come_back(self) -> AnyResponse:
        """Take what the issuer's page sent the browser back with, once, and begin a session.

        The return is the try that counts: it asks the issuer and may become an entry. Who only sets out has tried
        nothing, and any page can make a browser do so, by fifty images for example.
        """
        way = Way.of(request.cookies.get(WAY_COOKIE, ""))
        if way is None or not same(request.args.get("state"), way.made("state")):
            return self._refuse(PATH, "state")  # perhaps nobody of ours: no entry
        if not self.gate.sessions.come_back(way.secret):
            return self._refuse(way.wanted, "replayed")
        try:
            self.gate.accounts.count_vouched_try(self.gate.address)
            who = self._who(way, Deadline.after(SECONDS))
        except TooManyTries:
            response = self._refuse(way.wanted, "limit", TOO_MANY, 429)
        except LoginRefused as fault:
            response = self._deny(way, fault)
        except CallFailed as fault:
            response = self._refuse(way.wanted, fault.reason, UNREACHABLE, 503)
        else:
            response = self._land(way, who)
        self._set_way(response, "", 0)
        return response

    def _who(self, way: Way, deadline: Deadline) -> Vouched:
        """The account that the issuer vouches for.

        Raises:
            LoginRefused: it does not.
            CallFailed: it cannot be asked.
        """
        self.issuer.check_sender(request.args.get("iss"), deadline)
        code = request.args.get("code", "")
        if "error" in request.args or not 0 < len(code) <= MAX_CODE:
            raise LoginRefused("no-code")
        token = self.issuer.redeem(code, way.made("verifier"), self.redirect, deadline)
        expected = Expected(issuer=self.login.issuer, client_id=self.login.client_id, nonce=way.made("nonce"))
        claims = verified_claims(token, lambda kid: self.issuer.keys(kid, deadline), expected)
        return vouched(claims, self.login)

    def _land(self, way: Way, who: Vouched) -> AnyResponse:
        response = make_response(render_template("review-landed.html", wanted=way.wanted))
        content = {"address": self.gate.address, "issuer": who.issuer}
        named = {"account": who.shown} if who.shown != who.subject else {}
        return self.gate.open(response, self.gate.sessions.begin_vouched(who), content | named)

    def _deny(self, way: Way, fault: LoginRefused) -> AnyResponse:
        content = {"address": self.gate.address, "issuer": self.login.issuer, "why": fault.reason}
        self.gate.note("login", kind="login", result="denied", content=content)
        return self._refuse(way.wanted, fault.reason)

    def _refuse(self, wanted: str, reason: str, words: str = REFUSED, status: int = 403) -> AnyResponse:
        """The login page, with the same words for whatever was wrong; the reason is for the log."""
        fields = {"event": "login-refused", "reason": reason, "address": self.gate.address}
        LOG.warning("login", extra={"fields": fields})
        return self.gate.login_page(wanted, words, status)

    def _set_way(self, response: AnyResponse, value: str, seconds: int) -> None:
        self.gate.set_cookie(response, WAY_COOKIE, value, seconds=seconds, path=f"{PATH}/login", lax=True)


def issuer_login(gate: Gate, folder: SiteFolder, connections: Connections) -> IssuerLogin | None:
    """The login of this site's hospital; None where it names no issuer.

    Raises:
        DataFileError: the secret cannot be read, or browsers could only come back over a line that others read.
    """
    login = folder.site.review
    if login is None:
        return None
    if not parse_address(gate.base_url).may_carry_tokens:
        raise DataFileError("settings", "KYPHOPLASTY_CDS_PUBLIC_URL", "a login by an issuer needs an https address")
    issuer = Issuer(login, client_secret(folder.path, login), connections)
    return IssuerLogin(gate=gate, issuer=issuer, login=login, redirect=f"{gate.base_url}{BACK}")


def issuer_routes(routes: Blueprint, login: IssuerLogin) -> None:
    """To the issuer, and back."""

    @routes.get("/login/issuer")
    def set_out() -> AnyResponse:
        return login.set_out()

    @routes.get("/login/callback")
    def come_back() -> AnyResponse:
        return login.come_back()


def _base64(digest: bytes) -> str:
    """43 characters without padding, for 32 bytes."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
