"""F34, F37 and F42: more bytes than memory, from callers and from a FHIR server, and one hook many times."""

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

from cds_service.samples.requests import answer_prefetch
from tests.faults.records import PATIENT, chart, pulled
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import queries, templates
from tests.running_service import RunningService
from tests.wire_builders import unsigned

MIB = 1024 * 1024
# Data alone: libraries are shared. The limit counts the whole stack of a thread, of which
# little is ever used: 1 MiB in place of 8 leaves the memory to what is measured. Heaps
# are two, as in the image.
LIMITED = (
    "import os, resource, sys;"
    "resource.setrlimit(resource.RLIMIT_STACK, (2**20, 2**20));"
    "resource.setrlimit(resource.RLIMIT_DATA, (512 * 2**20,) * 2);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


def hook() -> dict:
    """An order-sign with full prefetch."""
    return pulled("http://127.0.0.1:9") | {
        "prefetch": answer_prefetch(templates(), chart(), patient_id=PATIENT)
    }


def four_mebibytes() -> bytes:
    """Whole but for its end: every one of them has to be held until then, and is junk for a parser to build."""
    octets = json.dumps({**hook(), "more": [{"a": 12345}] * 300_000}).encode()
    return octets[: 4 * MIB - 100] + b"x"


def test_f34_bodies_of_more_bytes_than_memory_are_refused_and_nothing_is_killed(
    tmp_path,
):
    """200 of 4 MiB at once, with 512 MiB of memory for the process."""
    body = four_mebibytes()
    with (
        RunningService(
            tmp_path,
            command=[sys.executable, "-c", LIMITED],
            environment={"MALLOC_ARENA_MAX": "2"},
        ) as service,
        ThreadPoolExecutor(200) as pool,
    ):

        def send(_number) -> int:
            try:
                return service.call(body).status
            except (OSError, HTTPException):
                return 0  # the connection ended while the body was still being sent

        assert service.call(hook()).status == 200
        statuses = Counter(pool.map(send, range(200)))
        # 408 where this very machine was too busy to send all that in time, 503 where it
        # was too busy to read it; 0 where the refusal came in between.
        assert set(statuses) <= {400, 408, 503, 0}, statuses
        assert statuses[400] > 0, "some were read"
        assert service.call(hook()).status == 200
        assert (
            max(
                peak_of(process) for process in (service.process_id, *service.workers())
            )
            < 512
        )
        log = (tmp_path / "errors.txt").read_text()
        assert "MemoryError" not in log
        assert "was sent SIG" not in log


def test_f37_a_fhir_server_that_answers_full_pages_fills_no_worker(tmp_path):
    """Eleven lists of five pages of four megabytes: 220 MiB, of which JSON takes nine times as much once decoded."""
    with (
        RunningService(
            tmp_path, environment={"KYPHOPLASTY_CDS_DEADLINE_SECONDS": "60"}
        ) as service,
        ScriptedFhir(chart(), queries(), {"*": "fills 5"}) as server,
    ):
        (worker,) = service.workers()
        before = peak_of(worker)
        answer = service.call(pulled(server.base))
        assert answer.status == 200
        detail = answer.json()["cards"][0]["detail"]
        assert "the server sent more than is read for one answer" in detail.replace(
            "\\", ""
        )
        assert peak_of(worker) - before < 300


def peak_of(process: int) -> int:
    """MiB that this process ever had in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (peak,) = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return peak // 1024


def test_f42_the_same_hook_many_times_gets_the_same_cards(tmp_path):
    """As no rate is set, all are answered; what is too much at a moment may be asked again."""
    body = json.dumps(hook()).encode()
    with RunningService(tmp_path) as service, ThreadPoolExecutor(6) as pool:
        before = service.mark()
        replies = list(pool.map(lambda _: service.call(body), range(300)))
        assert {one.status for one in replies} == {200}
        (cards,) = {unsigned(one.text) for one in replies}
        assert json.loads(cards)["cards"]
        assert len(service.entries(before, 300)) == 300
