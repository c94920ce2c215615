"""An OpenID provider on loopback with keys of its own, that can be told to misbehave in any one way."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.stub_server import Handler, StubServer, send

CLIENT_ID, SECRET = "kyphoplasty-cds", "s3cr3t_of_the/site+1"


def rsa_key(size: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


first_key = cache(rsa_key)  # of every provider of a run: making one takes long


class StubIssuer(StubServer):
    """The provider.

    Attributes:
        claims: put into each ID token over the right ones; None takes one out.
        sign: (claims, nonce as asked) to the token; by default RS256 with the key in
            force.
        answer: stands for the token endpoint where given: status, headers, and what
            writes the body.
        document: put into the discovery document over the right ones.
        returns: what the browser brings back besides, or instead of, code and state.
        secret: of the client; empty for a public one.
        asks: whether its login page waits for a click, as one that asks for a password
            does.
        calls: paths that were asked, in order.
    """

    def __init__(
        self, *, secret: str = "", host: str = "127.0.0.1", asks: bool = False
    ) -> None:
        self.secret = secret
        self.asks = asks
        self.keys: dict[str, Any] = {"k1": first_key()}
        self.kid = "k1"
        self.claims: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.returns: dict[str, str] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.answer: Callable[[Handler], None] | None = None
        self.calls: list[str] = []
        self.headers: list[str] = []
        self.issued: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        super().__init__()
        self._host = host
        self.issuer = f"{self.origin}/realms/hospital"

    @property
    def origin(self) -> str:
        return f"http://{self._host}:{self.port}"

    def signed(self, claims: dict[str, Any]) -> str:
        """RS256 or ES256 with the key in force, which it names."""
        key = self.keys[self.kid]
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(claims, key, algorithm, headers={"kid": self.kid})

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._jwk(kid, key) for kid, key in self.keys.items()]}

    def browse(self, address: str) -> str:
        """What a person's browser does at the login page: the address it is sent back to."""
        query = {
            name: values[0]
            for name, values in parse_qs(urlsplit(address).query).items()
        }
        code = secrets.token_urlsafe(24)
        self._codes[code] = query
        self.issued.append(code)
        back = {"code": code, "state": query["state"], **self.returns}
        return f"{query['redirect_uri']}?{urlencode({key: value for key, value in back.items() if value})}"

    @staticmethod
    def _jwk(kid: str, key: Any) -> dict[str, Any]:
        kind = (
            jwt.algorithms.ECAlgorithm
            if isinstance(key, ec.EllipticCurvePrivateKey)
            else jwt.algorithms.RSAAlgorithm
        )
        return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?theme=plain",
            "token_endpoint": f"{self.issuer}/token/",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": "iss" in self.returns,
            **self.document,
        }

    def redeem(
        self, form: dict[str, str], authorization: str | None
    ) -> dict[str, Any] | None:
        """The answer of the token endpoint; None where the exchange is not the one that was begun."""
        asked = self._codes.pop(form.get("code", ""), None)
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or not self._is_client(form, authorization)
        ):
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            != asked["code_challenge"]
        ):
            return None
        claims = {
            "iss": self.issuer,
            "sub": "8f3a-11",
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": asked["nonce"],
            "groups": ["staff", "cds-reviewers"],
            **self.claims,
        }
        token = self.sign(
            {name: value for name, value in claims.items() if value is not None}
        )
        self.issued.append(token)
        return {"id_token": token, "access_token": "not-for-us", "token_type": "Bearer"}

    def _is_client(self, form: dict[str, str], authorization: str | None) -> bool:
        if not self.secret:
            return form.get("client_id") == CLIENT_ID and authorization is None
        name, _, secret = (
            base64.b64decode((authorization or "Basic ").split(" ", 1)[1])
            .decode()
            .partition(":")
        )
        return (unquote_plus(name), unquote_plus(secret)) == (CLIENT_ID, self.secret)

    def respond(self, handler: Handler) -> None:
        path = urlsplit(handler.path).path.removeprefix("/realms/hospital")
        self.calls.append(path)
        handler.close_connection = True
        if handler.command == "POST":
            body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
            if self.answer is not None:
                self.answer(handler)
                return
            form = {name: values[0] for name, values in parse_qs(body).items()}
            found = self.redeem(form, handler.headers.get("Authorization"))
            say(handler, 200 if found else 400, found or {"error": "invalid_grant"})
        elif path == "/authorize" and self.asks:
            show(handler, f'<a href="{escape(self.browse(handler.path))}">Prove it</a>')
        elif path == "/authorize":
            send(handler, 303, b"", {"Location": self.browse(handler.path)})
        elif path in ("/.well-known/openid-configuration", "/keys"):
            say(handler, 200, self.jwks() if path == "/keys" else self.discovery())
        else:
            say(handler, 404, {})


def show(handler: Handler, body: str) -> None:
    page = f"<!doctype html><title>Hospital</title><link rel=icon href=data:,>{body}"
    send(handler, 200, page.encode(), {"Content-Type": "text/html"})


def say(handler: Handler, status: int, document: Any, **headers: str) -> None:
    send(
        handler,
        status,
        json.dumps(document).encode(),
        {"Content-Type": "application/json", **headers},
    )
