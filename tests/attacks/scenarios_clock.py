"""E6 to E8 and F23: clients that call without end, versions that are weak, clocks that are wrong."""

import json
import os
import re
import shutil
import subprocess
import time
import tomllib
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tests.attacks.cases import CALL, FOLDER, Case
from tests.attacks.field import Field
from tests.attacks.running import Running
from tests.attacks.scenarios import scenario
from tests.attacks.tokens import ISSUER, OTHER_ISSUER, token
from tests.deploy.front import Front, front
from tests.deploy.programs import need
from tests.live_service import Reply

LOCK = FOLDER.parents[1] / "deploy" / "requirements.lock"
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
# connections, and calls on each: more than the burst and what 100 a second allow
# meanwhile
FLOODS, FLOOD = 4, 500
HOW_TO_GET = "a C compiler is not installed: apt-get install gcc libc6-dev"


def _call(
    case: Case, field: Field, service: Running, issuer: str = ISSUER, **changed: Any
) -> Reply:
    """An order that is none of ours, with a good token of this client and without a FHIR server."""
    return service.call(
        _none_of_ours(case, field), token(service.url + CALL, issuer=issuer, **changed)
    )


def _none_of_ours(case: Case, field: Field) -> dict[str, Any]:
    return {
        name: part
        for name, part in field.request(case).items()
        if not name.startswith("fhir")
    }


def _statuses(
    site: Front, request: bytes, count: int, client: str = "127.0.0.1"
) -> list[int]:
    """The statuses of so many requests over one connection, sent without waiting for an answer.

    One thread writes, then reads: a TLS connection is not for two threads at once. All
    fits the buffers.
    """
    with site.connect(client=client) as line:
        line.sendall(request * (count - 1) + request.replace(b"keep-alive", b"close"))
        answers = b"".join(iter(partial(line.recv, 65536), b""))
    return [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]


@scenario
def calls_without_end(case: Case, field: Field) -> None:
    """Behind the nginx of `deploy/`, which counts by client address."""
    need("nginx")
    body = json.dumps(_none_of_ours(case, field))
    head = f"POST {CALL} HTTP/1.1\r\nHost: cds.example.org\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n"
    with (
        field.alone(
            "clients", KYPHOPLASTY_CDS_PUBLIC_URL="https://cds.example.org"
        ) as service,
        front([service.port]) as site,
    ):
        stranger = f"{head}Content-Length: 2\r\n\r\n{{}}".encode()
        with ThreadPoolExecutor(FLOODS) as clients:
            floods = list(
                clients.map(lambda _: _statuses(site, stranger, FLOOD), range(FLOODS))
            )
        answers = Counter(status for statuses in floods for status in statuses)
        assert set(answers) == {401, 429}
        assert answers.total() == FLOODS * FLOOD
        signed = token(f"https://cds.example.org{CALL}", issuer=OTHER_ISSUER)
        known = f"{head}Authorization: Bearer {signed}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        assert _statuses(site, known.encode(), 1, client="127.0.0.2") == [200], (
            "the other client is not limited"
        )


def _weak(lock: str) -> list[str]:
    """What of this lock is known to be weak."""
    known = tomllib.loads((FOLDER / "weaknesses.toml").read_text())["weakness"]
    versions = dict(PINNED.findall(lock))
    assert {one["package"] for one in known} <= versions.keys(), (
        "a package that does not ship any more"
    )
    return [
        f"{one['package']}: {', '.join(one['ids'])}"
        for one in known
        if Version(versions[one["package"]]) < Version(one["mended"])
    ]


@scenario
def locks_a_weak_version(_case: Case, _field: Field) -> None:
    lock = LOCK.read_text()
    assert _weak(lock) == []
    found = _weak(
        re.sub(r"^pyjwt(.*)==\S+", r"pyjwt\1==2.12.1", lock, flags=re.MULTILINE)
    )
    assert len(found) == 1
    assert "CVE-2026-48526" in found[0]


# --- clocks


def _clock(folder: Path, shift: str) -> Mapping[str, str]:
    """Settings by which a process lives at the time that `folder/clock` says, in seconds from ours."""
    _set(folder, shift)
    if shutil.which("cc") is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HOW_TO_GET)
        pytest.skip(HOW_TO_GET)
    library = folder / "clock.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", library, FOLDER / "clock.c", "-ldl"],
        check=True,
    )
    return {"LD_PRELOAD": str(library), "SHIFTED_CLOCK": str(folder / "clock")}


def _set(folder: Path, shift: str) -> None:
    (folder / "clock.new").write_text(f"{shift}\n")
    (folder / "clock.new").replace(folder / "clock")


@scenario
def lives_at_another_time(case: Case, field: Field) -> None:
    with field.alone(
        "clients", **_clock(field.folder(), case.sends["shift"])
    ) as service:
        before = service.mark()
        assert service.send("GET", "/health/ready").status == 200
        answers = [_call(case, field, service) for _ in range(6)]
        assert {(one.status, one.body) for one in answers} == {(401, answers[0].body)}
        assert "clock" not in answers[0].text
        service.logged(before, event="unauthenticated", reason=case.sends["reason"])
        counted = f'kyphoplasty_cds_unauthenticated_total{{reason="{case.sends["reason"]}"}} 6.0'
        assert counted in service.send("GET", "/metrics").text, (
            "an alert is made of this count"
        )


@scenario
def one_client_is_late(case: Case, field: Field) -> None:
    """Whose clock is wrong is refused, and counted; nobody else is."""
    with field.alone("clients") as service:
        now = int(time.time()) - 3600
        for _ in range(10):
            assert (
                _call(
                    case, field, service, claims={"iat": now, "exp": now + 300}
                ).status
                == 401
            )
        assert service.send("GET", "/health/ready").status == 200
        assert _call(case, field, service, OTHER_ISSUER).status == 200


@scenario
def is_set_back(case: Case, field: Field) -> None:
    folder = field.folder()
    with field.alone(**_clock(folder, "+0")) as service:
        before = service.mark()
        for shift in ("+0", "-600"):
            _set(folder, shift)
            field.prepare(case)
            answer = field.send(case, to=service)
            assert answer.status == 200
            assert "Incomplete" not in answer.text, (
                "the deadlines are of a clock that nobody sets"
            )
        first, second = service.entries(before, 2)
        assert first["at"] > second["at"], "the clock was set back"
        assert first["sequence"] < second["sequence"]
        service.command("audit", "verify")
