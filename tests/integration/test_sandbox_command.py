"""`sandbox`: one process and one address, from any folder, and nothing left behind."""

import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
import requests

from tests.bench.running import free_port
from tests.running_service import clean_environment


@pytest.fixture
def started(tmp_path):
    """The command in an empty folder, and the one line that it printed."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    work = tmp_path / "work"
    work.mkdir()
    environment = clean_environment(tmp_path) | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "cds_service.cli",
            "sandbox",
            "--port",
            str(free_port()),
        ],
        cwd=work,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, process.stdout.readline().strip(), tmp_path
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_address_signs_an_order_and_leaves_nothing(started, stop):
    process, address, folder = started
    assert requests.get(address, timeout=60).status_code == 200
    base = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    found = requests.post(
        f"{base}/sandbox/patients", json={"server": f"{base}/sandbox/fhir"}, timeout=60
    ).json()["patients"]
    patient = next(one for one in found if one["id"].startswith("p1-"))
    context = {"userId": "Practitioner/1", "patientId": patient["id"]}
    body = {
        "hook": "order-sign",
        "hookInstance": "3f0a2c1e-5b1d-4c8e-9d6b-0a1b2c3d4e5f",
        "fhirServer": f"{base}/sandbox/fhir",
        "context": context | {"draftOrders": patient["draftOrders"]},
    }
    service = f"{base}/cds-services/kyphoplasty-order-sign"
    answered = requests.post(service, json=body, timeout=120)
    assert answered.json()["cards"]
    process.send_signal(stop)
    rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, "", "")
    left = [one for part in ("tmp", "work") for one in (folder / part).iterdir()]
    assert left == []
