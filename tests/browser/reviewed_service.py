"""A service in a process of its own with a reviewer, and JSON sent to it as an EHR would."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from tests.running_service import RunningService

CALL = "/cds-services/kyphoplasty-order-sign"
REVIEWER, PASSWORD = "anna", "correct horse battery"


def post(url: str, document: Any) -> Any:
    """What is answered, as JSON."""
    request = Request(url, json.dumps(document).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as response:
        return json.loads(response.read() or b"{}")


@contextmanager
def reviewed_service(site: Path | None = None) -> Iterator[RunningService]:
    """A service whose log is empty but for the reviewer's account."""
    settings = {"KYPHOPLASTY_CDS_SITE": str(site)} if site else {}
    with TemporaryDirectory() as folder, RunningService(Path(folder), environment=settings) as running:
        running.command("audit", "add-reviewer", REVIEWER, "--password-file", "-", typed=PASSWORD)
        yield running
