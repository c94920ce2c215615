"""Callers of all kinds at once: EHRs that sign, answer cards and ask for discovery, and reviewers who look."""

from __future__ import annotations

import hashlib
import json
import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import requests

from tests.endurance.people import Person, people
from tests.live_service import CALL, DISCOVERY, FEEDBACK

TOKEN = "Canary-token-q7w8e9r0t1y2u3i4o5p6"
REVIEWER, PASSWORD = "anna", "correct horse battery"
FORM_TOKEN = re.compile(r'name="token" value="([^"]+)"')
PAGES = ("/audit", "/audit?kind=answer", "/audit?kind=feedback", "/audit/figures", "/audit/integrity")
PATIENCE_SECONDS = 60
Json = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """One call and what came of it.

    Attributes:
        hook_instance: of a signing; the card of a feedback statement.
        began: monotonic time.
        status: 0 where no answer came.
        cards: digest of each card as the log must hold it.
        texts: digest of what a person reads on them.
        wrong: what was wrong with the answer at the first look.
    """

    kind: str
    person: int = -1
    hook_instance: str = ""
    began: float = 0.0
    seconds: float = 0.0
    status: int = 0
    cards: tuple[str, ...] = ()
    texts: str = ""
    wrong: tuple[str, ...] = ()


@dataclass
class Callers:
    """Threads that call one after another until they are stopped.

    Attributes:
        url: of the service.
        fhir: base of the FHIR server that live calls name.
        pause: longest pause of a caller between two calls, in seconds.
        sent: all calls so far.
    """

    url: str
    fhir: str
    seed: int
    pause: float = 0.1
    sent: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopped = threading.Event()
        self._shown: deque[tuple[Person, str, str]] = deque(maxlen=50)  # cards that nobody has answered yet
        self._threads: list[threading.Thread] = []
        self.failures: list[BaseException] = []

    def start(self, count: int) -> None:
        """Let so many begin."""
        for number in range(count):
            chance = random.Random(f"{self.seed} {number}")
            thread = threading.Thread(target=self._run, args=(chance,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Let them end their calls.

        Raises:
            BaseException: whatever ended one of them too early.
        """
        self._stopped.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS + 30)
        if self.failures:
            raise self.failures[0]

    def _run(self, chance: random.Random) -> None:
        session = requests.Session()
        session.trust_env = False
        session.headers["Connection"] = "close"  # a kept one may be closed at the moment of the next call
        try:
            while not self._stopped.is_set():
                (kind,) = chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()])
                self.sent.append(KINDS[kind][1](self, chance, session))
                self._stopped.wait(chance.uniform(0, self.pause))
        except BaseException as failure:  # noqa: BLE001 - told by `stop`
            self.failures.append(failure)
        finally:
            session.close()

    # --- signings ---------------------------------------------------------------------------------------------------

    def _other(self, chance: random.Random, _session: requests.Session) -> Sent:
        person = chance.choice(people())
        sent = self._sign("other", chance, person, draftOrders=person.other)
        wrong = ("cards for an order that is not ours",) if sent.cards else ()
        return _with(sent, wrong)

    def _full(self, chance: random.Random, _session: requests.Session) -> Sent:
        person = chance.choice(people())
        return self._sign("full", chance, person, prefetch=person.prefetch())

    def _live(self, chance: random.Random, _session: requests.Session) -> Sent:
        person = chance.choice(people())
        given = chance.sample(sorted(person.prefetch()), chance.choice((0, 0, 4)))
        authorization = {
            "access_token": TOKEN,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "patient/*.read",
            "subject": "kyphoplasty-cds",
        }
        return self._sign(
            "live",
            chance,
            person,
            prefetch={key: person.prefetch()[key] for key in given},
            fhirServer=self.fhir,
            fhirAuthorization=authorization,
        )

    def _sign(self, kind: str, chance: random.Random, person: Person, **members: Any) -> Sent:
        hook_instance = str(UUID(int=chance.getrandbits(128), version=4))
        orders = members.pop("draftOrders", person.drafts)
        context = {"userId": "Practitioner/7", "patientId": person.id, "draftOrders": orders}
        body = {"hook": "order-sign", "hookInstance": hook_instance, "context": context, **members}
        began, status, document, text = self._post(CALL, body)
        seconds = time.monotonic() - began
        cards = document.get("cards", []) if status == 200 else []
        wrong = person.foreign_in(text) + person.foreign_values(document) + _faults(kind, status, document)
        if kind != "other" and status == 200 and not cards:
            wrong.append("an empty answer to our order")
        if kind == "full" and person.sends_feedback:
            self._shown.extend((person, card["uuid"], hook_instance) for card in cards[:1])
        return Sent(
            kind=kind,
            person=person.number,
            hook_instance=hook_instance,
            began=began,
            seconds=seconds,
            status=status,
            cards=tuple(digest_of(card) for card in cards),
            texts=_digest([[card["summary"], card.get("detail")] for card in cards]),
            wrong=tuple(wrong),
        )

    # --- what else is asked -----------------------------------------------------------------------------------------

    def _feedback(self, _chance: random.Random, _session: requests.Session) -> Sent:
        """On the oldest card that nobody has answered; discovery where there is none."""
        try:
            person, card, _ = self._shown.popleft()
        except IndexError:
            return self._get("discovery", DISCOVERY)
        reason = {"reason": {"code": "disagreeWithEvidence"}, "userComment": "Canary-comment"}
        item = {"card": card, "outcome": "overridden", "overrideReason": reason}
        body = {"feedback": [item | {"outcomeTimestamp": datetime.now(UTC).isoformat()}]}
        began, status, document, _ = self._post(FEEDBACK, body)
        return Sent(
            "feedback",
            person.number,
            card,
            began,
            time.monotonic() - began,
            status,
            wrong=tuple(_faults("feedback", status, document)),
        )

    def _discovery(self, _chance: random.Random, _session: requests.Session) -> Sent:
        return self._get("discovery", DISCOVERY)

    def _health(self, chance: random.Random, _session: requests.Session) -> Sent:
        return self._get("health", chance.choice(("/health/live", "/health/ready", "/metrics")))

    def _garbage(self, chance: random.Random, _session: requests.Session) -> Sent:
        body = chance.choice((b"", b"Canary-body", b'{"hook": "Canary-hook"', b"[]", b'{"hook":"order-sign"}'))
        began, status, document, _ = self._post(CALL, body)
        return Sent(
            "garbage",
            began=began,
            seconds=time.monotonic() - began,
            status=status,
            wrong=tuple(_faults("garbage", status, document)),
        )

    def _review(self, chance: random.Random, session: requests.Session) -> Sent:
        """A page of the log, after a login at need."""
        pages = (*PAGES, f"/audit/patients/{chance.choice(people()).id}")
        began, status = time.monotonic(), 0
        try:
            if not session.cookies:
                login = session.get(f"{self.url}/audit/login", timeout=PATIENCE_SECONDS).text
                form = {"name": REVIEWER, "password": PASSWORD, "wanted": "/audit"}
                token = FORM_TOKEN.search(login)
                form |= {"token": token[1]} if token else {}
                session.post(f"{self.url}/audit/login", data=form, timeout=PATIENCE_SECONDS)
            status = session.get(self.url + chance.choice(pages), timeout=PATIENCE_SECONDS).status_code
        except requests.RequestException:
            pass  # a worker was killed under it
        if status == 401:
            session.cookies.clear()
        seconds = time.monotonic() - began
        return Sent("review", began=began, seconds=seconds, status=status, wrong=tuple(_faults("review", status, {})))

    def _get(self, kind: str, path: str) -> Sent:
        began, status = time.monotonic(), 0
        with suppress(requests.RequestException):
            status = requests.get(self.url + path, timeout=PATIENCE_SECONDS).status_code
        seconds = time.monotonic() - began
        return Sent(kind, began=began, seconds=seconds, status=status, wrong=tuple(_faults(kind, status, {})))

    def _post(self, path: str, body: Any) -> tuple[float, int, Json, str]:
        """When it began, its status, JSON and text; status 0 where no whole answer came."""
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        began = time.monotonic()
        try:
            reply = requests.post(self.url + path, octets, headers=headers, timeout=PATIENCE_SECONDS)
            return began, reply.status_code, dict(reply.json()), reply.text
        except requests.JSONDecodeError:
            return began, reply.status_code, {"unreadable": True}, reply.text
        except requests.RequestException:
            return began, 0, {}, ""


Act = Callable[[Callers, random.Random, requests.Session], Sent]
# How often each kind is chosen.
KINDS: Mapping[str, tuple[int, Act]] = {
    "other": (30, Callers._other),
    "full": (25, Callers._full),
    "live": (22, Callers._live),
    "feedback": (8, Callers._feedback),
    "discovery": (5, Callers._discovery),
    "review": (5, Callers._review),
    "health": (3, Callers._health),
    "garbage": (2, Callers._garbage),
}
# What may be answered besides 200, whatever fails; 0 is no answer at all, which only a killed worker explains.
ALLOWED: Mapping[str, frozenset[int]] = {
    "other": frozenset({0, 200, 503}),
    "full": frozenset({0, 200, 503}),
    "live": frozenset({0, 200, 412, 503}),
    "feedback": frozenset({0, 200, 503}),
    "discovery": frozenset({0, 200, 503}),
    "review": frozenset({0, 200, 401, 503}),
    "health": frozenset({0, 200, 503}),
    "garbage": frozenset({0, 400, 503}),
}


def _faults(kind: str, status: int, document: Json) -> list[str]:
    found = [] if status in ALLOWED[kind] else [f"status {status}"]
    if document.get("unreadable"):
        found.append(f"no JSON with status {status}")
    if status >= 400 and kind in {"full", "live", "other", "garbage"} and "issue" not in document:
        found.append(f"status {status} without an OperationOutcome")
    return found


def _with(sent: Sent, wrong: tuple[str, ...]) -> Sent:
    return sent if not wrong else Sent(**{**vars(sent), "wrong": (*sent.wrong, *wrong)})


def digest_of(card: Mapping[str, Any]) -> str:
    """A card's digest; of a corrected order only its own digest counts, since the log does not hold the order."""
    reduced = json.loads(json.dumps(card))
    for suggestion in reduced.get("suggestions", ()):
        for action in suggestion["actions"]:
            if action["type"] == "update":
                resource = action.pop("resource", None)
                action["resourceDigest"] = action.get("resourceDigest") or _digest(resource)
    return _digest(reduced)


def _digest(node: Any) -> str:
    return hashlib.sha256(json.dumps(node, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
