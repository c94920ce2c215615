"""A FHIR server that never answers holds up those who need it, and nobody else."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from statistics import median, quantiles
from uuid import uuid4

import pytest

from tests.bench.bodies import other_call
from tests.deploy.ehr import bearer
from tests.deploy.front import front
from tests.deploy.locked import DEPLOY
from tests.deploy.programs import need
from tests.deploy.replicas import Replicas
from tests.faults.records import PATIENT, chart, pulled
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import queries
from tests.live_service import CALL

HANGING = 30
ROUNDS = 7
OTHERS = 10  # of each round; with the thirty as many as nginx lets pass
READING = 0.7  # of the deadline, in which a hanging signing waits for its record
SHARE = 0.1  # of the deadline
SETTINGS = (DEPLOY / "service.env.example").read_text()
UNIT = (DEPLOY / "systemd" / "kyphoplasty-cds@.service").read_text()
UPSTREAM = (DEPLOY / "nginx" / "nginx.conf").read_text()
DEADLINE = float(re.search(r"DEADLINE_SECONDS=(\S+)", SETTINGS)[1])
WORKERS = re.search(r"--workers (\d+)", UNIT)[1]
REPLICAS = len(re.findall(r"^    server cds-\d", UPSTREAM, re.MULTILINE))


@pytest.fixture
def never():
    """A FHIR server that takes every question and answers none."""
    with ScriptedFhir(chart(), queries(), {"*": "never"}) as server:
        yield server


@pytest.fixture
def bases(never):
    """One for each round: what was learned about one says nothing about the next."""
    return [f"{never.origin}/round-{number}/fhir" for number in range(ROUNDS)]


@pytest.fixture
def shipped(postgres, tmp_path, bases):
    """As many replicas, workers and seconds as `deploy/` has, behind its nginx."""
    need("nginx")
    url = postgres.new_database()
    options = {
        "arguments": ("--workers", WORKERS),
        "environment": {"KYPHOPLASTY_CDS_DEADLINE_SECONDS": str(DEADLINE)},
        "fhir_servers": bases,
    }
    with (
        Replicas(tmp_path, url, REPLICAS, **options) as running,
        front(running.ports) as site,
    ):
        yield site


def sign(site, base: str) -> int:
    """Status of the answer to an order whose record has to be read from there."""
    order = {**pulled(base), "hookInstance": str(uuid4())}
    return site.ask("POST", CALL, json.dumps(order).encode(), bearer())[0]


def seconds_of_another(site) -> float:
    """How long an order takes that is not ours."""
    body = other_call().replace("@P@", PATIENT).replace("@H@", str(uuid4()))
    headers = bearer()
    with closing(site.session()) as session:
        session.connect()
        began = time.perf_counter()
        status, _, answer = session.ask("POST", CALL, body.encode(), headers)
        seconds = time.perf_counter() - began
    assert (status, json.loads(answer)) == (200, {"cards": []})
    return seconds


def seconds_while_thirty_hang(site, base: str) -> list[float]:
    """Of orders that come at fixed moments: none waits for the one before it."""
    with ThreadPoolExecutor(HANGING + OTHERS) as ehr:
        hanging = [ehr.submit(sign, site, base) for _ in range(HANGING)]
        others = []
        for _ in range(OTHERS):
            others.append(ehr.submit(seconds_of_another, site))
            time.sleep(DEADLINE * READING / OTHERS)
    assert {one.result() for one in hanging} == {412}
    return [one.result() for one in others]


def test_thirty_signings_that_hang_hold_up_no_other_order(shipped, never, bases):
    """Nine of ten other orders wait a tenth of the deadline longer at most.

    They come while the thirty wait, from the moment on in which these arrive. What one
    takes alone is measured on the same machine just before.
    """
    alone = median(seconds_of_another(shipped) for _ in range(100))
    rounds = [seconds_while_thirty_hang(shipped, base) for base in bases]
    assert len(never.asked) >= HANGING * ROUNDS, "the record was asked for"
    waits = [seconds - alone for seconds in chain.from_iterable(rounds)]
    assert quantiles(waits, n=10)[-1] / DEADLINE <= SHARE
