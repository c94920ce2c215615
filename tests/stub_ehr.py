"""An EHR on loopback that launches SMART apps: its authorization server, and a FHIR server that enforces scopes."""

import json
import re
import socket
import time
from html import escape
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

from tests.stub_issuer import StubIssuer, say, show
from tests.stub_server import Handler

LAUNCH = "l-2711"
USER = "Practitioner/dr-smith"
EVERYTHING = (
    "launch openid fhirUser patient/Patient.r patient/Observation.rs"
    " patient/Observation.c patient/Provenance.c patient/DiagnosticReport.rs"
)
OLD_RIGHTS = {"read": "rs", "write": "cud", "*": "cruds"}


class StubEhr(StubIssuer):
    """The EHR; its record is a list of resources, or that of a server behind it.

    Attributes:
        patient: in whose record the app is launched.
        scope: what is granted of what was asked.
        delay: seconds before each answer of the FHIR server.
        app: address of the service whose worksheet its chart opens.
        behind: base of a FHIR server that is asked in place of the list.
        refuses: status of every write; 0 for none.
        takes_transactions: otherwise it answers 404 to one.
        says_places: it tells where it keeps what it created.
        takes: how many creates it takes one by one; the next is refused with 422.
        after_writing: what becomes of the answer to a transaction that was written:
            "hang up", "no statuses", "half" (the last entry is said to be refused).
        refuses_each: status of each entry of a write that is answered with 200.
        refuses_measures: status of every search of Observations by code; 0 for none.
        grants: put into the token response over the right members; None takes one out.
        tokens: patient and scope of each access token.
        asked: method, path with query and token of each call of the FHIR server.
    """

    def __init__(self, *resources: Any, behind: str = "", **options: Any) -> None:
        self.resources = list(resources)
        self.behind = behind
        self.patient = "p1"
        self.scope = EVERYTHING
        self.refuses = 0
        self.refuses_each = ""
        self.after_writing = ""
        self.refuses_measures = 0
        self.takes_transactions = True
        self.takes = 99
        self.says_places = True
        self.delay = 0.0
        self.app = ""
        self.grants: dict[str, Any] = {}
        self.tokens: dict[str, tuple[str, str]] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.launches: list[dict[str, str]] = []
        super().__init__(**options)
        self.claims = {"fhirUser": f"{self.base}/{USER}"}

    @property
    def base(self) -> str:
        return f"{self.origin}/fhir"

    def discovery(self) -> dict[str, Any]:
        return {
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "sso-openid-connect"],
            **super().discovery(),
        }

    def browse(self, address: str) -> str:
        query = parse_qs(urlsplit(address).query)
        asked = {name: values[0] for name, values in query.items()}
        assert asked["aud"] == self.base, "a token of another server was asked for"
        assert asked["launch"] == LAUNCH
        self.launches.append(asked)
        return super().browse(address)

    def redeem(
        self, form: dict[str, str], authorization: str | None
    ) -> dict[str, Any] | None:
        found = super().redeem(form, authorization)
        if found is None:
            return None
        token = f"token-{len(self.tokens)}.of-{self.port}"
        self.tokens[token] = (self.patient, self.scope)
        answer = {
            **found,
            "access_token": token,
            "patient": self.patient,
            "scope": self.scope,
            "expires_in": 3600,
            **self.grants,
        }
        return {name: value for name, value in answer.items() if value is not None}

    def respond(self, handler: Handler) -> None:
        path = urlsplit(handler.path).path
        if path == "/fhir/.well-known/smart-configuration":
            say(handler, 200, self.discovery())
        elif path == "/chart":
            query = urlencode({"iss": self.base, "launch": LAUNCH})
            address = escape(f"{self.app}/worksheet/launch?{query}")
            show(handler, f'<a href="{address}">Open the worksheet</a>')
        elif path == "/fhir" or path.startswith("/fhir/"):
            self._serve(handler, path.removeprefix("/fhir").strip("/"))
        else:
            super().respond(handler)

    # --- the FHIR server

    def _serve(self, handler: Handler, path: str) -> None:
        handler.close_connection = True
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append((handler.command, handler.path, token))
        time.sleep(self.delay)
        body = None
        if handler.command == "POST":
            content = handler.rfile.read(int(handler.headers["Content-Length"]))
            body = json.loads(content)
        granted = self.tokens.get(token)
        if granted is None:
            say(handler, 401, {"resourceType": "OperationOutcome", "issue": []})
            return
        if path and body is not None:
            body = _as_entry(path, body, handler.headers.get("If-None-Exist", ""))
        if refusal := self._refusal(handler.path, path, body, granted):
            refuse(handler, *refusal)
        elif self.behind:
            is_single = path and body is not None
            sent = body["entry"][0]["resource"] if is_single else body
            self._ask_behind(handler, sent)
        elif body is None:
            self._read(handler, path)
        elif path:
            self._create(handler, body)
        else:
            self._answer_write(handler, self._write(body))

    def _answer_write(self, handler: Handler, answer: Any) -> None:
        """Answer what was written, unless that answer gets lost or is spoilt."""
        if self.after_writing == "hang up":
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        if self.after_writing == "no statuses":
            answer = {"resourceType": "Bundle"}
        if self.after_writing == "half":
            answer["entry"][-1] = {"response": {"status": "422 Unprocessable Entity"}}
        say(handler, 200, answer)

    def _refusal(
        self, address: str, path: str, body: Any, granted: tuple[str, str]
    ) -> tuple[int, str] | None:
        """Status and words; None for what is answered."""
        patient, scope = granted
        if not all(may(scope, kind, right) for kind, right in _needed(path, body)):
            return 403, "scope"
        if self.refuses_measures and address.startswith("/fhir/Observation?"):
            return self.refuses_measures, "searches are not answered now"
        if body is not None and self.refuses:
            return self.refuses, "imaging values are not taken"
        if not _is_about(patient, address, body):
            return 403, "another patient"
        if body is not None and not path and not self.takes_transactions:
            return 404, "no such resource"
        return None

    def _ask_behind(self, handler: Handler, body: Any) -> None:
        url = self.behind + handler.path.removeprefix("/fhir")
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/fhir+json", "Cache-Control": "no-cache"}
        if condition := handler.headers.get("If-None-Exist"):
            headers["If-None-Exist"] = condition
        try:
            with urlopen(Request(url, content, headers), timeout=120) as answer:
                say(handler, answer.status, json.load(answer))
        except HTTPError as refusal:
            say(handler, refusal.code, json.load(refusal))

    def _read(self, handler: Handler, path: str) -> None:
        kind, _, name = path.partition("/")
        of_kind = [one for one in self.resources if one["resourceType"] == kind]
        if name:
            found = next((one for one in of_kind if one["id"] == name), None)
            say(handler, 200 if found else 404, found or {"resourceType": "Nothing"})
            return
        query = parse_qs(urlsplit(handler.path).query)
        entries = [{"resource": one} for one in of_kind if _fits(one, query)]
        bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        say(handler, 200, bundle)

    def _create(self, handler: Handler, body: Any) -> None:
        """Answer a single create with the place where it is kept."""
        if self.takes == 0:
            refuse(handler, 422, "this value is not taken")
            return
        self.takes -= 1
        (entry,) = self._write(body)["entry"]
        kept = self.resources[-1]
        place = f"{self.base}/{kept['resourceType']}/{kept['id']}/_history/1"
        status = int(entry["response"]["status"].split()[0])
        say(handler, status, None, **({"Location": place} if self.says_places else {}))

    def _write(self, bundle: Any) -> Any:
        if self.refuses_each:
            response = {"response": {"status": self.refuses_each}}
            return {
                "resourceType": "Bundle",
                "entry": [response] * len(bundle["entry"]),
            }
        statuses = []
        for entry in bundle["entry"]:
            resource = entry["resource"]
            wanted = entry["request"].get("ifNoneExist", "").partition("|")[2]
            known = {
                one["value"]
                for held in self.resources
                for one in held.get("identifier", ())
            }
            if wanted not in known:
                number = f"made-{len(self.resources)}"
                self.resources.append({**resource, "id": number})
            statuses.append("200 OK" if wanted in known else "201 Created")
        entries = [{"response": {"status": one}} for one in statuses]
        return {
            "resourceType": "Bundle",
            "type": "transaction-response",
            "entry": entries,
        }


def refuse(handler: Handler, status: int, words: str) -> None:
    issue = {"severity": "error", "code": "forbidden", "diagnostics": words}
    say(handler, status, {"resourceType": "OperationOutcome", "issue": [issue]})


def may(scope: str, kind: str, right: str) -> bool:
    """By SMART's scopes, version 1 and 2."""
    grants = (
        re.fullmatch(r"patient/(\w+|\*)\.([a-z*]+)", one) for one in scope.split()
    )
    return any(
        found[1] in (kind, "*") and right in OLD_RIGHTS.get(found[2], found[2])
        for found in grants
        if found
    )


def _as_entry(path: str, resource: Any, condition: str) -> Any:
    """A single create as a set of one."""
    request = {"method": "POST", "url": path, "ifNoneExist": condition}
    return {"entry": [{"resource": resource, "request": request}]}


def _needed(path: str, body: Any) -> list[tuple[str, str]]:
    if body is not None:
        return [(entry["resource"]["resourceType"], "c") for entry in body["entry"]]
    kind, _, name = path.partition("/")
    return [(kind, "r" if name else "s")]


def _is_about(patient: str, path: str, body: Any) -> bool:
    if body is not None:
        subjects = [
            entry["resource"]["subject"]["reference"]
            for entry in body["entry"]
            if "subject" in entry["resource"]
        ]
        return set(subjects) <= {f"Patient/{patient}"}
    parts = urlsplit(path)
    named = parse_qs(parts.query).get("patient", [parts.path.rpartition("/")[2]])
    return named == [patient]


def _fits(resource: Any, query: dict[str, list[str]]) -> bool:
    codes = {one["code"] for one in resource.get("code", {}).get("coding", ())}
    values = {one["value"] for one in resource.get("identifier", ())}
    wanted = {
        name: {one.rpartition("|")[2] for one in query[name][0].split(",")}
        for name in ("code", "identifier")
        if name in query
    }
    return all(
        not (codes if name == "code" else values).isdisjoint(names)
        for name, names in wanted.items()
    )
