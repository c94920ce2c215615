"""F33: a process that stood still answers 503 to whom it kept waiting, and the next caller as if nothing had been."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection

import pytest

from tests.chart_builders import HOOK_INSTANCE
from tests.faults.cases import load_cases
from tests.faults.records import PATIENT, chart, draft_orders
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import SERVICE_ID, queries

CASES = [case for case in load_cases() if case.run == "process"]
STILL_SECONDS = 4


@pytest.fixture
def address(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KYPHOPLASTY_CDS_")}
    environment |= {"KYPHOPLASTY_CDS_DATABASE_URL": f"sqlite:///{tmp_path}/audit.sqlite3", "PYTHONUNBUFFERED": "1"}
    with (
        (tmp_path / "errors.txt").open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "cds_service.cli", "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=tmp_path,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        found = re.search(r"listening on http://(\S+)", process.stdout.readline())
        assert found, (tmp_path / "errors.txt").read_text()
        yield process.pid, found[1]
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def sign(address: str, fhir_server: str) -> tuple[int, dict]:
    connection = HTTPConnection(address, timeout=60)
    context = {"userId": "Practitioner/7", "patientId": PATIENT, "draftOrders": draft_orders("")}
    body = {"hook": "order-sign", "hookInstance": HOOK_INSTANCE, "context": context, "fhirServer": fhir_server}
    try:
        connection.request(
            "POST", f"/cds-services/{SERVICE_ID}", json.dumps(body), {"Content-Type": "application/json"}
        )
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_who_waited_too_long_gets_503_and_the_next_caller_all_of_it(case, address):
    process, url = address
    server = ScriptedFhir(chart(), queries(), {"conditions": "slow 2 once"})
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(sign(url, server.base)))
    try:
        waiting.start()
        until = time.monotonic() + 30
        while not server.asked and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        os.killpg(process, signal.SIGSTOP)
        time.sleep(STILL_SECONDS)
        os.killpg(process, signal.SIGCONT)
        waiting.join(60)
        (status, body) = answers[0]
        assert status == case.status
        assert body["issue"][0]["code"] == case.issue
        status, body = sign(url, server.base)
        assert status == 200
        assert "Incomplete" not in body["cards"][0]["detail"]
    finally:
        server.close()
