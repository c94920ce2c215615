"""I: the pages behind signed links, the names by which we are called, and callers who name themselves."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from cds_service.audit.chain import PROBE
from tests.attacks.cases import CALL, Case
from tests.attacks.field import Field, front_token
from tests.attacks.raw import head, wire
from tests.attacks.running import Running
from tests.attacks.scenarios import scenario
from tests.chart_builders import kyphoplasty, order_sign, thin_and_weak
from tests.deploy.front import Front
from tests.waiting import wait_until

LINK = re.compile(r"/basis/[\w.-]+")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SILENT = '[service]\nmode = "silent"'
WANTED = 6  # calls that are answered in a crowd of readers


def _order() -> dict[str, Any]:
    """A call that gets a card with a link."""
    return order_sign(thin_and_weak(), kyphoplasty(), hook_instance=str(uuid4()))


def _link(service: Running, token: str | None = None) -> str:
    """The path of the basis of a new answer."""
    found = LINK.search(service.call(_order(), token).text)
    assert found is not None
    return found[0]


def _bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {front_token()}"}


@scenario
def tries_values(case: Case, field: Field) -> None:
    service = field.service(case.site)
    path = _link(service)
    for text in case.sends["texts"]:
        answer = service.send("POST", path, urlencode({"bmi": text}).encode(), FORM)
        assert answer.status == 200
        assert case.sends["says"] in answer.text, text
        assert "<script>alert" not in answer.text


@scenario
def sends_long_forms(case: Case, field: Field) -> None:
    service = field.service(case.site)
    path = _link(service)
    for body in (
        "bmi=" + "1" * 4_000_000,
        urlencode([(f"x{one}", "1") for one in range(50_000)]),
    ):
        assert service.send("POST", path, body.encode(), FORM).status == case.status
    assert service.send("POST", path, b"bmi=25", FORM).status == 200


@scenario
def opens_a_silent_answer(case: Case, field: Field) -> None:
    """Its cards stand in the log with their links: whoever has these has not been shown them by us."""
    with field.alone(SILENT) as service:
        assert service.call(_order()).json() == {"cards": []}
        (entry,) = [
            one for one in service.entries(service.start, 1) if one["kind"] == "answer"
        ]
        found = LINK.search(json.dumps(service.content(entry["sequence"])))
        assert found is not None
        assert service.send("GET", found[0]).status == case.status
        assert service.send("POST", found[0], b"bmi=25", FORM).status == case.status


@scenario
def is_called_by(case: Case, field: Field) -> None:
    for host in case.sends["hosts"]:
        with wire(field.service(case.site)) as line:
            line.send(head("GET", "/models", host=host))
            assert line.hear().status == case.status, host


@scenario
def takes_the_name_of_the_probe(_case: Case, field: Field) -> None:
    """It is silent as any other, and the committee's report counts it."""
    with field.alone(SILENT) as service:
        for number in range(5):
            body = _order()
            body["context"]["userId"] = PROBE
            assert service.call(body).json() == {"cards": []}, number
        report = json.loads(service.command("audit", "report", "--silent", "--json"))
        assert report["procedures"] == 5


@scenario
def reads_all_at_once(case: Case, field: Field) -> None:
    """Readers take a few places, and the EHR is answered by the others."""
    front = field.front()
    path, body = case.path, None
    if case.method == "POST":
        path, body = _link(field.service("front"), front_token()), b"bmi=21"
    over = threading.Event()

    def press() -> list[int]:
        found = []
        while not over.is_set():
            found.append(front.ask(case.method, path, body, FORM)[0])
        return found

    def called() -> str:
        order = json.dumps(_order()).encode()
        status, _headers, answer = front.ask("POST", CALL, order, _bearer())
        if status == 200:
            return "answered"
        return str(json.loads(answer)["issue"][0]["code"])

    assert called() == "answered", "the first call of a process reads its files"
    with ThreadPoolExecutor(60) as crowd:
        pressing = [crowd.submit(press) for _ in range(60)]
        asked: list[str] = []
        try:
            # As many as it takes: the crowd is on this machine too.
            wait_until(lambda: _has_answers(asked, called()), lambda: str(asked))
        finally:
            over.set()
        statuses = {status for one in pressing for status in one.result()}
    # Where the machine is slow, a call may meet its deadline, before its entry is in the
    # log ("transient") or earlier, and says so; or nginx no longer waits for it.
    assert set(asked) <= {"answered", "timeout", "transient", "throttled"}
    assert _refused_a_place(front) == [], "nobody is sent away for want of a place"
    assert statuses <= {200, 429, 503}


def _refused_a_place(front: Front) -> list[str]:
    """The lines of calls that nginx refused without asking a replica."""
    lines = [line for line in front.access_lines().splitlines() if CALL in line]
    assert lines
    return [
        line
        for line in lines
        if (one := json.loads(line))["status"] in {429, 503}
        and ":" not in one["upstream"]  # the address of a replica, or none
    ]


def _has_answers(asked: list[str], answer: str) -> bool:
    """Note one more answer; true once enough calls were answered among the crowd."""
    asked.append(answer)
    return asked.count("answered") >= WANTED
