"""The server as its parent and workers: how it stops, and what it survives."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import RemoteDisconnected

import pytest

from tests.bench.bodies import other_call
from tests.chart_builders import HOOK_INSTANCE
from tests.faults.records import PATIENT, chart, pulled
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import queries
from tests.running_service import RunningService
from tests.waiting import wait_until

HANG_SECONDS = 60
NO_ORDERS = {
    "hook": "order-sign",
    "hookInstance": HOOK_INSTANCE,
    "context": {
        "userId": "Practitioner/7",
        "patientId": PATIENT,
        "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": []},
    },
}


def sign(service: RunningService, fhir_server: str) -> int:
    """Status of the answer to an order whose record has to be read."""
    return service.call(pulled(fhir_server)).status


def kinds(service: RunningService) -> list[str]:
    """What the audit log holds, in order."""
    return [one["kind"] for one in service.entries()]


@pytest.fixture
def slow_server():
    with ScriptedFhir(chart(), queries(), {"conditions": "slow 3"}) as server:
        yield server


@pytest.fixture
def calling():
    with ThreadPoolExecutor(7) as pool:
        yield pool


def test_a_server_that_is_told_to_stop_finishes_what_is_in_work(
    tmp_path, slow_server, calling
):
    with RunningService(tmp_path) as service:
        status = calling.submit(sign, service, slow_server.base)
        wait_until(lambda: slow_server.asked)
        os.kill(service.process_id, signal.SIGTERM)
        assert status.result(HANG_SECONDS) == 200
        assert service.ends() == 0
        assert kinds(service)[-2:] == ["answer", "stop"]


def test_no_second_server_is_started_by_a_signal(tmp_path):
    with RunningService(tmp_path) as service:
        host, _, port = service.address.partition(":")
        os.kill(service.process_id, signal.SIGUSR2)
        time.sleep(3)  # the second server would be loaded meanwhile
        os.kill(service.process_id, signal.SIGTERM)
        assert service.ends() == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), timeout=5)


def test_while_it_drains_it_answers_and_says_that_it_is_not_ready(tmp_path):
    with (
        RunningService(
            tmp_path,
            environment={"KYPHOPLASTY_CDS_DRAIN_SECONDS": "4"},
            arguments=["--workers", "2"],
        ) as service,
        ScriptedFhir(chart(), queries()) as server,
    ):
        assert service.send("GET", "/health/ready").status == 200
        os.kill(service.process_id, signal.SIGTERM)
        wait_until(lambda: service.send("GET", "/health/ready").status == 503)
        assert service.send("GET", "/health/ready").json()["reasons"] == [
            "the server is about to stop"
        ]
        assert service.send("GET", "/health/live").status == 200
        assert sign(service, server.base) == 200
        assert service.ends() == 0
        assert kinds(service)[-1] == "stop"


def test_told_twice_it_ends_at_once_and_the_log_is_whole(
    tmp_path, slow_server, calling
):
    slow_server.script["conditions"] = "never"
    with RunningService(
        tmp_path, environment={"KYPHOPLASTY_CDS_DRAIN_SECONDS": "300"}
    ) as service:
        status = calling.submit(sign, service, slow_server.base)
        wait_until(lambda: slow_server.asked)
        os.kill(service.process_id, signal.SIGTERM)
        wait_until(lambda: service.send("GET", "/health/ready").status == 503)
        os.kill(service.process_id, signal.SIGTERM)
        assert service.ends() == 0, (
            "long before the drain, and before the deadline of the answer"
        )
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            status.result(HANG_SECONDS)
        assert kinds(service)[-1] == "stop"
        service.command("audit", "verify")  # fails if anything is amiss


@pytest.fixture
def small_disk(tmp_path):
    """A file system of four megabytes, where the machine lets us make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]
    if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        pytest.skip("this machine lets us make no file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(disk):
    """Take all its room."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_full_temporary_folder_ends_no_worker(tmp_path, small_disk):
    """The counts of the workers grew there: each call ended the worker that took it."""
    temporary = {"TMPDIR": str(small_disk)}
    with RunningService(
        tmp_path, arguments=("--workers", "2"), environment=temporary
    ) as service:
        workers = wait_until(lambda: len(found := service.workers()) == 2 and found)
        fill(small_disk)
        for _ in range(20):
            assert service.call(NO_ORDERS).status == 200
            assert service.send("GET", "/metrics").status == 200
        assert service.workers() == workers


def test_a_server_begins_without_room_for_counts(tmp_path, small_disk):
    fill(small_disk)
    os.truncate(small_disk / "ballast", 3 * 1024 * 1024)
    temporary = {"TMPDIR": str(small_disk)}
    with RunningService(
        tmp_path, arguments=("--workers", "2"), environment=temporary
    ) as service:
        assert service.call(NO_ORDERS).status == 200
        assert service.send("GET", "/metrics").status == 200
        assert "no room for the counts" in "".join(service.lines())
        assert list(small_disk.iterdir()) == [small_disk / "ballast"]


def test_counts_go_on_when_a_worker_is_replaced(tmp_path):
    """In the files of the one that ended, so that no file is made later."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    with RunningService(
        tmp_path,
        arguments=("--workers", "2"),
        environment={"TMPDIR": str(folder)},
    ) as service:
        (counts,) = folder.iterdir()
        made = sorted(counts.iterdir())
        for _ in range(3):
            assert service.call(NO_ORDERS).status == 200
            workers = wait_until(lambda: len(found := service.workers()) == 2 and found)
            os.kill(workers[0], signal.SIGKILL)
            wait_until(lambda gone=workers[0]: gone not in service.workers())
        wait_until(lambda: len(service.workers()) == 2)
        text = service.send("GET", "/metrics").text
        (line,) = (
            one
            for one in text.splitlines()
            if one.startswith("kyphoplasty_cds_calls_total{") and 'status="200"' in one
        )
        assert line.endswith(" 3.0")
        assert sorted(counts.iterdir()) == made
        assert all(one.stat().st_blocks * 512 >= one.stat().st_size for one in made)


def test_a_worker_that_is_killed_is_replaced(tmp_path):
    with (
        RunningService(tmp_path, arguments=["--workers", "2"]) as service,
        ScriptedFhir(chart(), queries()) as server,
    ):
        wait_until(lambda: len(service.workers()) == 2)
        before = set(service.workers())
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: len(set(service.workers()) - before) == 2)
        assert sign(service, server.base) == 200
        os.kill(service.process_id, signal.SIGTERM)
        assert service.ends() == 0


def test_calls_that_wait_for_a_record_hold_up_no_other(tmp_path, slow_server, calling):
    slow_server.script["conditions"] = "slow 10"
    # All seven are of one EHR, as far as an open service knows.
    places = {"KYPHOPLASTY_CDS_READS_OF_ONE_EHR": "7"}
    with RunningService(tmp_path, environment=places) as service:
        waiting = [calling.submit(sign, service, slow_server.base) for _ in range(7)]
        wait_until(lambda: slow_server.count("Condition?") == 7)
        body = (
            other_call().replace("@P@", PATIENT).replace("@H@", HOOK_INSTANCE).encode()
        )
        for _ in range(20):
            assert service.call(body).status == 200
        assert not any(one.done() for one in waiting), "all of them still wait"
        assert [one.result(HANG_SECONDS) for one in waiting] == [200] * 7


FORKED_AND_TOLD_TO_END = """
import os, signal, sys, time
from cds_service.web.http_server import Drain

class Arbiter:
    class log:
        debug = staticmethod(lambda *_: None)

Drain(0.0).watch(Arbiter)
begun, begin = os.pipe()
worker = os.fork()
if worker == 0:
    os.write(begin, b"1")
    time.sleep(30)
    os._exit(7)
os.read(begun, 1)
os.kill(worker, signal.SIGTERM)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
"""


def test_a_worker_that_is_told_to_end_before_it_listens_to_signals_ends():
    done = subprocess.run([sys.executable, "-c", FORKED_AND_TOLD_TO_END], check=False)
    assert done.returncode == 0


def test_a_port_that_is_taken_is_wrong_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        database = {
            **os.environ,
            "KYPHOPLASTY_CDS_DATABASE_URL": f"sqlite:///{tmp_path / 'audit.sqlite3'}",
        }
        serve = [sys.executable, "-m", "cds_service.cli", "serve", "--port", port]
        done = subprocess.run(
            serve,
            env=database,
            capture_output=True,
            text=True,
            check=False,
            timeout=HANG_SECONDS,
        )
    assert "cannot listen there" in done.stderr
    assert done.returncode == 2
