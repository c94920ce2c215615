"""Reviewers with browsers that run no scripts."""

import re
from http.cookies import SimpleCookie
from subprocess import CalledProcessError
from urllib.parse import urlencode

from tests.attacks.running import Running
from tests.live_service import Reply

PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="token" value="([^"]+)"')


class Browser:
    """A reviewer's browser without scripts."""

    def __init__(self, service: Running) -> None:
        self._service = service
        self.cookies: SimpleCookie = SimpleCookie()

    def get(self, path: str) -> Reply:
        return self._send("GET", path)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Reply:
        return self._send("POST", path, form, headers)

    def log_in(self, name: str) -> Reply:
        """Fill in the form; the answer to it."""
        token = TOKEN.search(self.get("/audit/login").text)
        assert token is not None
        return self.post(
            "/audit/login",
            {"token": token[1], "wanted": "/audit", "name": name, "password": PASSWORD},
        )

    def token(self) -> str:
        """Of the forms of this session."""
        found = TOKEN.search(self.get("/audit/integrity").text)
        assert found is not None
        return found[1]

    def _send(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        sent = {
            "Cookie": "; ".join(
                f"{name}={morsel.value}" for name, morsel in self.cookies.items()
            )
        }
        body = None
        if form is not None:
            body, sent["Content-Type"] = (
                urlencode(form).encode(),
                "application/x-www-form-urlencoded",
            )
        answer = self._service.send(method, path, body, sent | (headers or {}))
        for line in answer.headers.get_all("Set-Cookie", ()):
            self.cookies.load(line)
        return answer


def log_in(service: Running, name: str, role: str) -> Browser:
    """Somebody with an account of this role who has logged in."""
    account = ("audit", "add-reviewer", name, "--role", role, "--password-file", "-")
    try:
        service.command(*account, typed=PASSWORD)
    except CalledProcessError:  # another row of the table had made it
        service.command(*account, "--replace", typed=PASSWORD)
    browser = Browser(service)
    assert browser.log_in(name).status == 303
    return browser
