"""F34, F37 and F42: more bytes than memory, from callers and from a FHIR server, and one hook many times."""

import json
import sys
import threading
from collections import Counter
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from cds_service.samples.requests import answer_prefetch
from tests.attacks.running import Running
from tests.chart_builders import HOOK_INSTANCE
from tests.faults.records import PATIENT, chart, draft_orders
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import SERVICE_ID, queries, templates
from tests.wire_builders import unsigned

CALL = f"/cds-services/{SERVICE_ID}"
JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024
# Data alone: libraries are shared, and threads only reserve their stacks.
LIMITED = (
    "import os, resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (512 * 2**20,) * 2);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


def hook() -> dict:
    prefetch = answer_prefetch(templates(), chart(), patient_id=PATIENT)
    context = {"userId": "Practitioner/7", "patientId": PATIENT, "draftOrders": draft_orders("")}
    return {"hook": "order-sign", "hookInstance": HOOK_INSTANCE, "context": context, "prefetch": prefetch}


def four_mebibytes() -> bytes:
    """Whole but for its end: every one of them has to be held until then, and is junk for a parser to build."""
    octets = json.dumps({**hook(), "more": [{"a": [1, 2]}] * 300_000}).encode()
    return octets[: 4 * MIB - 100] + b"x"


def test_f34_bodies_of_more_bytes_than_memory_are_refused_and_nothing_is_killed(tmp_path):
    """200 of 4 MiB at once, with 512 MiB of memory for the process."""
    service = Running(tmp_path, command=[sys.executable, "-c", LIMITED])
    body, statuses = four_mebibytes(), Counter()

    def send() -> None:
        statuses[post(service, body)] += 1

    senders = [threading.Thread(target=send) for _ in range(200)]
    try:
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(120)
        # 408 where this very machine was too busy to send all that in time; 0 where the refusal came in between.
        assert set(statuses) <= {400, 408, 503, 0}, statuses
        assert statuses[503] + statuses[408] + statuses[0] > 0
        assert statuses[400] > 0, "some were read"
        assert service.send("POST", CALL, json.dumps(hook()).encode(), JSON).status == 200
        assert max(peak_of(process) for process in (service.process_id, *workers_of(service))) < 512
        log = (tmp_path / "errors.txt").read_text()
        assert "MemoryError" not in log
        assert "was sent SIG" not in log
    finally:
        service.close()


def test_f37_a_fhir_server_that_answers_full_pages_fills_no_worker(tmp_path):
    """Eleven lists of five pages of four megabytes: 220 MiB, of which JSON takes nine times as much once decoded."""
    service = Running(tmp_path, environment={"KYPHOPLASTY_CDS_DEADLINE_SECONDS": "60"})
    server = ScriptedFhir(chart(), queries(), {"*": "fills 5"})
    call = {**hook(), "prefetch": {}, "fhirServer": server.base}
    (worker,) = workers_of(service)
    before = peak_of(worker)
    try:
        answer = service.send("POST", CALL, json.dumps(call).encode(), JSON)
        assert answer.status == 200
        detail = answer.document["cards"][0]["detail"]
        assert "the server sent more than is read for one answer" in detail.replace("\\", "")
        assert peak_of(worker) - before < 300
    finally:
        service.close()
        server.close()


def workers_of(service: Running) -> list[int]:
    children = Path(f"/proc/{service.process_id}/task/{service.process_id}/children")
    return [int(word) for word in children.read_text().split()]


def peak_of(process: int) -> int:
    """MiB that this process ever had in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (peak,) = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return peak // 1024


def post(service: Running, body: bytes) -> int:
    """Status of the answer; 0 where the connection ended while the body was still being sent."""
    connection = HTTPConnection(service.address, timeout=120)
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request("POST", CALL, body, JSON)
    try:
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def test_f42_the_same_hook_many_times_gets_the_same_cards(tmp_path):
    """As no rate is set, all are answered; what is too much at a moment may be asked again."""
    service = Running(tmp_path)
    body = json.dumps(hook()).encode()
    answers: Counter[tuple[int, str]] = Counter()

    def send(times: int) -> None:
        connection = HTTPConnection(service.address, timeout=120)
        for _ in range(times):
            connection.request("POST", CALL, body, JSON)
            response = connection.getresponse()
            answers[response.status, unsigned(response.read().decode())] += 1
        connection.close()

    senders = [threading.Thread(target=send, args=(50,)) for _ in range(6)]
    before = service.mark()
    try:
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(120)
        assert sum(answers.values()) == 300
        assert {status for status, _ in answers} == {200}
        (cards,) = answers
        assert json.loads(cards[1])["cards"]
        assert len(service.entries(before, 300)) == 300
    finally:
        service.close()
