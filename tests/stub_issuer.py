"""An OpenID provider on loopback with keys of its own, that can be told to misbehave in any one way."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT_ID, SECRET = "kyphoplasty-cds", "s3cr3t of the/site+1"


def rsa_key(size: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


first_key = cache(rsa_key)  # of every provider of a run: making one takes long


class StubIssuer:
    """The provider; a context manager that serves it.

    Attributes:
        claims: put into each ID token over the right ones; None takes one out.
        sign: (claims, nonce as asked) to the token; by default RS256 with the key in force.
        answer: stands for the token endpoint where given: status, headers, and what writes the body.
        document: put into the discovery document over the right ones.
        returns: what the browser brings back besides, or instead of, code and state.
        secret: of the client; empty for a public one.
        asks: whether its login page waits for a click, as one that asks for a password does.
        calls: paths that were asked, in order.
    """

    def __init__(self, *, secret: str = "", host: str = "127.0.0.1", asks: bool = False) -> None:
        self.secret = secret
        self.asks = asks
        self.keys: dict[str, Any] = {"k1": first_key()}
        self.kid = "k1"
        self.claims: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.returns: dict[str, str] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.answer: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.calls: list[str] = []
        self.headers: list[str] = []
        self.issued: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.origin = f"http://{host}:{self._server.server_address[1]}"
        self.issuer = f"{self.origin}/realms/hospital"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def signed(self, claims: dict[str, Any]) -> str:
        """RS256 or ES256 with the key in force, which it names."""
        key = self.keys[self.kid]
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(claims, key, algorithm, headers={"kid": self.kid})

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._jwk(kid, key) for kid, key in self.keys.items()]}

    def browse(self, address: str) -> str:
        """What a person's browser does at the login page: the address it is sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(24)
        self._codes[code] = query
        self.issued.append(code)
        back = {"code": code, "state": query["state"], **self.returns}
        return f"{query['redirect_uri']}?{urlencode({key: value for key, value in back.items() if value})}"

    @staticmethod
    def _jwk(kid: str, key: Any) -> dict[str, Any]:
        kind = (
            jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
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

    def redeem(self, form: dict[str, str], authorization: str | None) -> dict[str, Any] | None:
        """The answer of the token endpoint; None where the exchange is not the one that was begun."""
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"] or not self._is_client(form, authorization):
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
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
        token = self.sign({name: value for name, value in claims.items() if value is not None})
        self.issued.append(token)
        return {"id_token": token, "access_token": "not-for-us", "token_type": "Bearer"}

    def _is_client(self, form: dict[str, str], authorization: str | None) -> bool:
        if not self.secret:
            return form.get("client_id") == CLIENT_ID and authorization is None
        name, _, secret = base64.b64decode((authorization or "Basic ").split(" ", 1)[1]).decode().partition(":")
        return (unquote_plus(name), unquote_plus(secret)) == (CLIENT_ID, self.secret)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path.removeprefix("/realms/hospital")
                stub.calls.append(path)
                if path == "/authorize" and stub.asks:
                    show(self, f'<a href="{escape(stub.browse(self.path))}">Prove it</a>')
                elif path == "/authorize":
                    self.send_response(303)
                    self.send_header("Location", stub.browse(self.path))
                    self.end_headers()
                elif path in ("/.well-known/openid-configuration", "/keys"):
                    say(self, 200, stub.jwks() if path == "/keys" else stub.discovery())
                else:
                    say(self, 404, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                stub.calls.append(urlsplit(self.path).path.removeprefix("/realms/hospital"))
                if stub.answer is not None:
                    stub.answer(self)
                    return
                form = {name: values[0] for name, values in parse_qs(body).items()}
                found = stub.redeem(form, self.headers.get("Authorization"))
                say(self, 200 if found else 400, found or {"error": "invalid_grant"})

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def show(handler: BaseHTTPRequestHandler, body: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    handler.wfile.write(f"<!doctype html><title>Hospital</title><link rel=icon href=data:,>{body}".encode())


def say(handler: BaseHTTPRequestHandler, status: int, document: Any, **headers: str) -> None:
    body = json.dumps(document).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
