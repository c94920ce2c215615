"""A service in a process of its own with a reviewer, and JSON sent to it as an EHR would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from cds_service.commands.service_process import ServiceProcess

CALL = "/cds-services/kyphoplasty-order-sign"
REVIEWER, PASSWORD = "anna", "correct horse battery"


def post(url: str, document: Any) -> Any:
    """What is answered, as JSON."""
    request = Request(url, json.dumps(document).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as response:
        return json.loads(response.read() or b"{}")


@contextmanager
def reviewed_service() -> Iterator[str]:
    """Where a service answers whose log is empty but for the reviewer's account."""
    with ServiceProcess("http://127.0.0.1:9/fhir") as running:
        folder = Path(running._folder.name)
        environment = {**os.environ, "KYPHOPLASTY_CDS_DATABASE_URL": f"sqlite:///{folder / 'audit.sqlite3'}"}
        command = [sys.executable, "-m", "cds_service.cli", "audit", "add-reviewer", REVIEWER, "--password-file", "-"]
        subprocess.run(command, input=PASSWORD, text=True, check=True, env=environment)
        yield running.url
