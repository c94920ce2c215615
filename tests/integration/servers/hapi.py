"""HAPI FHIR's JPA server, R4, from its published artefacts: H2 in memory, one process for all patients."""

import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from tests.integration.servers.installation import HERE, Installation
from tests.integration.servers.process import ServerError, started

SOURCES = HERE / "hapi"
HAPI = Installation(
    name="HAPI",
    sources=(SOURCES / "pom.xml", SOURCES / "HapiServer.java"),
    commands=("javac", "mvn"),
    packages="default-jdk-headless maven",
)
# A small heap and the quick compiler: it serves a few patients for a minute.
JAVA = ("java", "-Xmx1000m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
START_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class HapiServer:
    """A running server.

    Attributes:
        url: its FHIR base.
    """

    url: str

    def load(self, resources: Iterable[dict[str, Any]]) -> None:
        """Put these resources under their own ids, all or none; references are `Type/id`.

        Raises:
            ServerError: the server refused one.
        """
        bundle = {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [_put(one) for one in resources],
        }
        request = Request(
            self.url,
            json.dumps(bundle).encode(),
            {"Content-Type": "application/fhir+json"},
            method="POST",
        )
        with urlopen(request, timeout=120) as response:
            answer = json.load(response)
        statuses = {entry["response"]["status"][:3] for entry in answer["entry"]}
        if not statuses <= {"200", "201"}:
            raise ServerError(f"the server answered {statuses}")

    def delete(self, place: str) -> None:
        """Delete the resource at this place, `Type/id`."""
        with urlopen(Request(f"{self.url}/{place}", method="DELETE"), timeout=30):
            pass


def _put(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "resource": resource,
        "request": {
            "method": "PUT",
            "url": f"{resource['resourceType']}/{resource['id']}",
        },
    }


def install_hapi() -> None:
    """Fetch the artefacts into Maven's repository and compile the launcher."""
    with HAPI.made() as folder:
        maven = (
            "mvn",
            "--batch-mode",
            "--quiet",
            "--file",
            SOURCES / "pom.xml",
            f"-Dserver.folder={folder}",
        )
        steps = (
            "compile",
            "dependency:build-classpath",
            f"-Dmdep.outputFile={folder / 'classpath'}",
        )
        subprocess.run(
            (*maven, *steps), cwd=folder, check=True, stdin=subprocess.DEVNULL
        )


@contextmanager
def run_hapi() -> Iterator[HapiServer]:
    """The server, empty, on a free port; about ten seconds to start.

    Raises:
        ServerError: it did not start.
    """
    classpath = f"{HAPI.folder / 'classes'}:{(HAPI.folder / 'classpath').read_text()}"
    with started((*JAVA, "-cp", classpath, "HapiServer"), within=START_SECONDS) as port:
        yield HapiServer(f"http://127.0.0.1:{port}/fhir")
