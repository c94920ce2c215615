"""Thirty signings whose FHIR server never answers, and other orders while they wait.

The test asks whether the others are answered; `make bench`, how long they wait.
"""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.bench.bodies import other_call
from tests.deploy.ehr import bearer
from tests.deploy.front import Front, front
from tests.deploy.locked import DEPLOY
from tests.deploy.replicas import Replicas
from tests.faults.records import PATIENT, chart, pulled
from tests.faults.scripted_fhir import ScriptedFhir
from tests.faults.service_under_faults import queries
from tests.live_service import CALL

HANGING = 30
OTHERS = 10  # with the thirty as many as nginx lets pass
READING = 0.7  # of the deadline, in which a hanging signing waits for its record
SETTINGS = (DEPLOY / "service.env.example").read_text()
UNIT = (DEPLOY / "systemd" / "kyphoplasty-cds@.service").read_text()
UPSTREAM = (DEPLOY / "nginx" / "nginx.conf").read_text()
DEADLINE = float(re.search(r"DEADLINE_SECONDS=(\S+)", SETTINGS)[1])
WORKERS = re.search(r"--workers (\d+)", UNIT)[1]
REPLICAS = len(re.findall(r"^    server cds-\d", UPSTREAM, re.MULTILINE))


@dataclass(frozen=True)
class Answered:
    """What became of one order."""

    status: int
    body: bytes
    seconds: float


def fhir_server_that_never_answers() -> ScriptedFhir:
    """Take every question and answer none."""
    return ScriptedFhir(chart(), queries(), {"*": "never"})


@contextmanager
def shipped(
    folder: Path, database_url: str, bases: list[str], *, deadline: float = DEADLINE
) -> Iterator[Front]:
    """Run as many replicas and workers as `deploy/` has, behind its nginx.

    Args:
        deadline: of an answer; as long as in `deploy/`, if not given.
    """
    options = {
        "arguments": ("--workers", WORKERS),
        "environment": {"KYPHOPLASTY_CDS_DEADLINE_SECONDS": str(deadline)},
        "fhir_servers": bases,
    }
    with (
        Replicas(folder, database_url, REPLICAS, **options) as running,
        front(running.ports) as site,
    ):
        yield site


def sign_hanging(site: Front, base: str) -> int:
    """Sign an order whose record has to be read from there; return the status."""
    order = {**pulled(base), "hookInstance": str(uuid4())}
    return site.ask("POST", CALL, json.dumps(order).encode(), bearer())[0]


def sign_another(site: Front) -> Answered:
    """Sign an order that is not ours, on a connection of its own."""
    body = other_call().replace("@P@", PATIENT).replace("@H@", str(uuid4()))
    headers = bearer()
    with closing(site.session()) as session:
        session.connect()
        began = time.perf_counter()
        status, _, answer = session.ask("POST", CALL, body.encode(), headers)
        return Answered(status, answer, time.perf_counter() - began)


def sign_others_while_thirty_hang(
    site: Front, base: str, *, deadline: float = DEADLINE
) -> tuple[list[int], list[Answered]]:
    """Return the statuses of the thirty, and the others.

    The others come at fixed moments: none waits for the one before it.
    """
    with ThreadPoolExecutor(HANGING + OTHERS) as ehr:
        hanging = [ehr.submit(sign_hanging, site, base) for _ in range(HANGING)]
        others = []
        for _ in range(OTHERS):
            others.append(ehr.submit(sign_another, site))
            time.sleep(deadline * READING / OTHERS)
    return [one.result() for one in hanging], [one.result() for one in others]
