"""F33: a process that stood still answers 503 to whom it kept waiting, and the next caller as if nothing had been."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cds_service.settings import Settings
from tests.faults.cases import load_cases
from tests.faults.records import chart, pulled
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import queries
from tests.running_service import RunningService
from tests.waiting import wait_until

CASES = [case for case in load_cases() if case.run == "process"]
# Twice that of a site that sets none: the next caller has to be answered in it.
DEADLINE_SECONDS = 2 * Settings().deadline_seconds
STILL_SECONDS = DEADLINE_SECONDS + 1


@pytest.fixture
def service(tmp_path):
    seconds = {"KYPHOPLASTY_CDS_DEADLINE_SECONDS": str(DEADLINE_SECONDS)}
    with RunningService(tmp_path, environment=seconds) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_who_waited_too_long_gets_503_and_the_next_caller_all_of_it(case, service):
    with (
        ScriptedFhir(chart(), queries(), {"conditions": "slow 2 once"}) as server,
        ThreadPoolExecutor() as pool,
    ):
        waiting = pool.submit(service.call, pulled(server.base))
        wait_until(lambda: server.asked)
        time.sleep(0.3)
        os.killpg(service.process_id, signal.SIGSTOP)
        time.sleep(STILL_SECONDS)
        os.killpg(service.process_id, signal.SIGCONT)
        answer = waiting.result(60)
        assert (answer.status, answer.issue) == (case.status, case.issue)
        again = service.call(pulled(server.base))
        assert again.status == 200
        assert "Incomplete" not in again.json()["cards"][0]["detail"]
