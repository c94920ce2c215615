"""Medplum's FHIR router over its memory repository: an engine that shares nothing with HAPI, one patient a process."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.integration.servers.installation import HERE, Installation
from tests.integration.servers.process import started

SOURCES = HERE / "medplum"
MANIFESTS = (SOURCES / "package.json", SOURCES / "package-lock.json")
MEDPLUM = Installation(
    name="Medplum", sources=MANIFESTS, commands=("node", "npm"), packages="nodejs npm"
)
START_SECONDS = 120.0


def install_medplum() -> None:
    """Fetch the packages of the lock file."""
    with MEDPLUM.made() as folder:
        for manifest in MANIFESTS:
            shutil.copy(manifest, folder)
        command = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
        subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL)


@contextmanager
def run_medplum(resources: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The FHIR base of a server with these resources under their own ids, on a free port.

    Args:
        resources: of one patient; references are `Type/id`. Searches walk through all
            of them.

    Raises:
        ServerError: it did not start.
    """
    with TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        record.write_text(json.dumps(list(resources)), encoding="utf-8")
        command = ("node", str(SOURCES / "server.cjs"), str(record))
        modules = {"NODE_PATH": str(MEDPLUM.folder / "node_modules")}
        with started(command, within=START_SECONDS, environment=modules) as port:
            yield f"http://127.0.0.1:{port}/fhir/R4"
