"""More calls than a replica takes at once: nginx says so to what is too much, and operators still find a thread."""

import json
import math
import re
import threading

import pytest

from cds_service.settings import Settings
from tests.deploy.ehr import bearer, site_settings
from tests.deploy.front import CONFIGURATION, front
from tests.deploy.programs import need
from tests.faults.records import chart, pulled
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import queries
from tests.live_service import CALL
from tests.running_service import RunningService
from tests.waiting import wait_until

AT_ONCE = int(re.search(r"max_conns=(\d+)", CONFIGURATION.read_text())[1])
TOO_MANY = 10
# none of them has more calls than it may let wait for its FHIR server
EHRS = math.ceil((AT_ONCE + TOO_MANY) / Settings().reads_of_one_ehr)
HANG_SECONDS = 60
ORIGIN = "https://sandbox.example.org"


@pytest.fixture
def slow_server():
    with ScriptedFhir(chart(), queries(), {"conditions": "slow 5"}) as server:
        yield server


@pytest.fixture
def service(tmp_path, slow_server):
    settings = site_settings(tmp_path / "site", slow_server.base, ehrs=EHRS)
    with RunningService(tmp_path, environment=settings) as running:
        yield running


def test_what_is_too_much_is_refused_at_once_and_health_and_metrics_answer(
    service, slow_server
):
    need("nginx")
    answers = []
    order = json.dumps(pulled(slow_server.base)).encode()
    with front([service.port], origin=ORIGIN) as site:

        def sign(number):
            status, headers, body = site.ask(
                "POST", CALL, order, {"Origin": ORIGIN, **bearer(ehr=number % EHRS)}
            )
            answers.append((status, headers, json.loads(body)))

        callers = [
            threading.Thread(target=sign, args=(number,))
            for number in range(AT_ONCE + TOO_MANY)
        ]
        for caller in callers:
            caller.start()
        wait_until(lambda: len(answers) >= TOO_MANY)
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert service.send("GET", path).status == 200
        for caller in callers:
            caller.join(HANG_SECONDS)
    assert {status for status, *_ in answers} == {200, 503}
    refused = [one for one in answers if one[0] == 503]
    issues = [outcome["issue"][0]["code"] for *_, outcome in refused]
    # a machine that is too busy for the others refuses more, or answers too late
    assert set(issues) <= {"throttled", "timeout"}
    assert issues.count("throttled") >= TOO_MANY
    for _, headers, outcome in refused:
        if outcome["issue"][0]["code"] == "timeout":
            continue
        assert (headers["retry-after"], headers["access-control-allow-origin"]) == (
            "1",
            ORIGIN,
        )


def test_a_page_of_another_origin_cannot_read_the_refusal():
    need("nginx")
    with front([9], origin=ORIGIN) as site:  # where nobody listens
        for origin, allowed in (
            (ORIGIN, ORIGIN),
            ("https://evil.example", None),
            (f"{ORIGIN}.evil.example", None),
        ):
            status, headers, _ = site.ask("POST", CALL, b"{}", {"Origin": origin})
            assert (
                status,
                headers.get("access-control-allow-origin"),
                headers["vary"],
            ) == (503, allowed, "Origin")
