"""The field on which the cases are played: our service, an EHR's FHIR server, and a server that nobody may call."""

import base64
import copy
import json
import ssl
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

from cds_service.samples.fhir_search import hold
from cds_service.samples.requests import answer_prefetch
from tests.attacks.cases import CALL, Case
from tests.attacks.running import Running
from tests.attacks.table import CASES
from tests.attacks.tokens import ISSUER, OTHER_ISSUER, key_set, token
from tests.canaries import BIRTH, CANARY, Canaries
from tests.client_tokens import client_of, site_folder
from tests.deploy.front import NAME, Front, front
from tests.deploy.programs import need
from tests.faults.records import EXTRAS, PATIENT, SENT, chart, draft_orders, record
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import queries, templates
from tests.live_service import Reply
from tests.running_service import Mark

FHIR_TOKEN = "Canary-token-q7w8e9r0t1y2u3i4o5p6"
CERTIFICATES = Path(__file__).parents[1] / "faults" / "certificates"
PUBLIC_URL = f"https://{NAME}"  # of the service `front`
NUMBERS = {case.name: number for number, case in enumerate(CASES)}


class Field:
    """Running services and servers, started when a case wants them, ended with the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, Running] = {}
        self._proxies = ExitStack()
        self._front: Front | None = None
        self._marks = Canaries()
        self.ehr = ScriptedFhir((), queries(), address="127.0.0.2")
        self.tls = ScriptedFhir((), queries(), tls=_certified(), address="127.0.0.1")
        self.evil = ScriptedFhir(chart(), queries(), address="127.0.0.3")
        self.servers = {"ehr": self.ehr, "tls": self.tls, "evil": self.evil}

    def close(self) -> None:
        self._proxies.close()
        for service in self._running.values():
            service.close()
        for server in self.servers.values():
            server.close()

    # --- services

    def service(self, site: str) -> Running:
        """The running service of this kind."""
        if site not in self._running:
            folder = self._folder / site
            folder.mkdir()
            self._running[site] = Running(
                folder, environment=self._settings(site, folder)
            )
        return self._running[site]

    def front(self) -> Front:
        """The nginx of `deploy/` before the service `front`."""
        if self._front is None:
            need("nginx")
            self._front = self._proxies.enter_context(
                front([self.service("front").port])
            )
        return self._front

    def _settings(self, site: str, folder: Path) -> dict[str, str]:
        # The platform may set proxies: they are never asked, by any case (B14).
        outside = dict.fromkeys(
            ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"),
            self.evil.base,
        )
        outside["SSL_CERT_FILE"] = str(CERTIFICATES / "authority.pem")
        if site == "open":
            return outside
        places = "{strict}" if site == "strict" else "{ehr} {named} {tls}"
        ours = [self.fill(case, places).split() for case in CASES]
        write_clients(
            folder,
            *(base for bases in ours for base in bases),
            private=site != "strict",
        )
        public = {"KYPHOPLASTY_CDS_PUBLIC_URL": PUBLIC_URL} if site == "front" else {}
        return {**outside, **public, "KYPHOPLASTY_CDS_SITE": str(folder)}

    def folder(self) -> Path:
        """An empty one."""
        return Path(tempfile.mkdtemp(dir=self._folder))

    def alone(self, site: str = "", **environment: str) -> Running:
        """A service for one case, of a site of its own: these tables, or the two clients (`clients`)."""
        folder = self.folder()
        if site == "clients":
            write_clients(folder, "https://ehr.example.org/fhir")
        elif site:
            (folder / "site.toml").write_text(f'[site]\nname = "X"\n{site}')
        return Running(
            folder,
            environment=environment
            | ({"KYPHOPLASTY_CDS_SITE": str(folder)} if site else {}),
        )

    # --- one case

    def fill(self, case: Case, value: Any) -> Any:
        """The value with the places of this case in all its texts."""
        if isinstance(value, Mapping):
            return {
                self.fill(case, name): self.fill(case, part)
                for name, part in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.fill(case, part) for part in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        # Each case has a base and a name of its own: what the service learned about one
        # says nothing about another.
        number = NUMBERS[case.name]
        host = f"case-{number}.ehr.example.org"
        words = {
            "{ehr}": f"http://127.0.0.2:{self.ehr.port}/case-{number}/fhir",
            "{named}": f"http://{host}:{self.ehr.port}/fhir",
            "{strict}": f"https://{host}/fhir/r4",
            "{tls}": f"https://127.0.0.1:{self.tls.port}/case-{number}/fhir",
            "{tls-port}": str(self.tls.port),
            "{host}": host,
            "{port}": str(self.ehr.port),
            "{evil}": self.evil.base,
            "{evil-port}": str(self.evil.port),
            "{patient}": PATIENT,
        }
        if "{service}" in value:
            words["{service}"] = self.service(case.site).url
        if "{token}" in value:
            words["{token}"] = token(self.service(case.site).url + CALL)
        for word, meaning in words.items():
            value = value.replace(word, meaning)
        return value

    def prepare(self, case: Case) -> None:
        """Servers as this case wants them."""
        for server in self.servers.values():
            server.forget()
        for server in (self.ehr, self.tls):
            server.store = hold(self.record(case))
            server.script = self.fill(case, case.script)
        self.service(case.site).lead(self.fill(case, case.names))

    def record(self, case: Case) -> list[dict[str, Any]]:
        """The patient's record, with a word that must not be found again in every free text."""
        found: list[dict[str, Any]] = self._marks.mark(
            self.fill(case, record(case.record))
        )
        return found

    def request(self, case: Case) -> dict[str, Any]:
        """The order-sign of this case."""
        whole = answer_prefetch(templates(), self.record(case), patient_id=PATIENT)
        keys = (
            {"all": tuple(templates()), "none": ()}.get(case.keys, ())
            if isinstance(case.keys, str)
            else case.keys
        )
        for key, name in case.adds.items():
            whole[key]["entry"] += [{"resource": resource} for resource in EXTRAS[name]]
            del whole[key]["total"]
        body: dict[str, Any] = {
            "hook": "order-sign",
            "hookInstance": str(uuid4()),
            "fhirServer": self.fill(
                case, "{ehr}" if case.site != "strict" else "{strict}"
            ),
            "fhirAuthorization": {
                "access_token": FHIR_TOKEN,
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "patient/*.read",
                "subject": "kyphoplasty-cds",
            },
            "context": {
                "userId": "Practitioner/7",
                "patientId": PATIENT,
                "draftOrders": draft_orders(case.draft),
            },
            "prefetch": {key: whole[key] for key in keys}
            | {key: SENT[name] for key, name in case.prefetch.items()},
        }
        body = copy.deepcopy(
            self._marks.mark(body) | {"Canary-member": self._marks.word()}
        )
        for place, value in case.sends.items():
            *way, name = place.split(".")
            _within(body, way)[name] = self.fill(case, value)
        for place in case.without:
            *way, name = place.split(".")
            del _within(body, way)[name]
        return body

    def headers(self, case: Case) -> dict[str, str]:
        """Of the request: JSON, and the client's token where clients have any."""
        found = {"Content-Type": "application/json"}
        if case.token == "valid" and case.site != "open":
            audience = self.service(case.site).url + case.path
            changed = {
                "header": self.fill(case, case.token_header),
                "claims": self.fill(case, case.token_claims),
            }
            found["Authorization"] = (
                f"Bearer {token(audience, without=case.token_without, **changed)}"
            )
        elif case.token not in {"valid", "none"}:
            found["Authorization"] = case.token
        return {
            name: value
            for name, value in (found | self.fill(case, case.headers)).items()
            if value
        }

    def send(
        self,
        case: Case,
        body: Any = None,
        *,
        to: Running | None = None,
        **more: str | None,
    ) -> Reply:
        """The one request of this case.

        Args:
            body: in place of its JSON; octets go as they are.
            to: another service than that of the case.
            more: headers; one that is None is left out.
        """
        octets = None
        if case.method in {"POST", "PUT"}:
            octets = (
                body
                if isinstance(body, bytes)
                else json.dumps(body or self.request(case)).encode()
            )
            octets = (
                self.fill(case, case.body).encode() if case.body is not None else octets
            )
        headers = {
            name: value
            for name, value in (self.headers(case) | more).items()
            if value is not None
        }
        return (to or self.service(case.site)).send(
            case.method, self.fill(case, case.path), octets, headers
        )

    def count(self, part: str) -> int:
        """Requests at the EHR whose address holds this text."""
        return self.ehr.count(part) + self.tls.count(part)

    def check_sockets(self, case: Case, since: Mark) -> None:
        """Our service called and looked up what the case allows, and nothing else; tokens went to the EHR alone."""
        service = self.service(case.site)
        places = {
            name: f"{server.address}:{server.port}"
            for name, server in self.servers.items()
        }
        connected = service.connects(since)
        assert connected <= {places[name] for name in case.connects}
        # A connection of an earlier case may serve again.
        called = {
            name
            for name, server in self.servers.items()
            if server.asked or places[name] in connected
        }
        assert called == set(case.connects)
        assert sorted(set(service.lookups(since))) == sorted(
            self.fill(case, case.lookups)
        )
        assert service.noted("subprocess", since) + service.noted("os.", since) == []
        assert not any("Authorization" in headers for headers in self.evil.headers)
        seen = (*self.ehr.headers, *self.tls.headers)
        assert {headers.get("Authorization") for headers in seen} <= {
            f"Bearer {FHIR_TOKEN}",
            None,
        }

    # --- after all cases

    def faults_of_the_run(self) -> list[str]:
        """G-AUD-8: what no case may leave: a 500, a word of a record or a token, a line of log that is none."""
        found = []
        for site, service in self._running.items():
            found += [
                f"{site}: an answer {status}"
                for status in set(service.statuses)
                if status in {500, 502}
            ]
            for name, octets in service.left_behind().items():
                text = octets.decode("utf-8", "replace")
                found += [
                    f"{site}: {word} in {name}"
                    for word in sorted(set(CANARY.findall(text)))
                ]
                parts = {
                    FHIR_TOKEN[place : place + 8]
                    for place in range(len(FHIR_TOKEN) - 7)
                }
                parts |= {BIRTH, base64.b64encode(FHIR_TOKEN.encode()).decode()[:10]}
                found += [
                    f"{site}: part of a token, or a birth date, in {name}"
                    for part in parts
                    if part in text
                ]
            found += [
                f"{site}: not a line of JSON in the log: {line}"
                for line in service.lines()
                if not _is_json(line)
            ]
        return found


def front_token() -> str:
    """A token for one call that nginx passes on."""
    return token(PUBLIC_URL + CALL)


def write_clients(folder: Path, *servers: str, private: bool = False) -> None:
    """A site folder with two clients; the first may name these FHIR servers."""
    ours = (
        'client-id = "kyphoplasty-cds"',
        'tenants = ["north"]',
        f"fhir-servers = {json.dumps(servers)}",
    )
    other = 'fhir-servers = ["https://other.example.org/fhir"]'
    theirs = client_of(other, issuer=OTHER_ISSUER, keys='jwks-file = "other.json"')
    more = 'allowed-origins = ["https://ehr.example.org"]'
    site_folder(folder, client_of(*ours), theirs, private=private, more=more)
    (folder / "keys.json").write_text(key_set(ISSUER))
    (folder / "other.json").write_text(key_set(OTHER_ISSUER))


def _certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "good.pem")
    return context


def _within(body: dict[str, Any], way: list[str]) -> Any:
    found: Any = body
    for name in way:
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found


def _is_json(line: str) -> bool:
    """One object, in signs that neither end a line nor speak to a terminal."""
    if not (line.isascii() and line.isprintable()):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


__all__ = ["CALL", "FHIR_TOKEN", "Field", "front_token"]
