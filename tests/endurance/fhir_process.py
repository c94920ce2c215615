"""The FHIR server of all people in a process of its own; each line of standard input is a new script of faults."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

from tests.bench.running import ROOT
from tests.endurance.people import all_resources, person_queries
from tests.faults.scripted_fhir import ScriptedFhir


class FhirProcess:
    """The running server.

    Attributes:
        base: its address.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.endurance.fhir_process"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.base = self._process.stdout.readline().strip()

    def play(self, script: Mapping[str, str]) -> None:
        """Err like this from now on."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(script) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=30)


def main() -> None:
    """Serve until standard input ends."""
    server = ScriptedFhir(all_resources(), person_queries())
    print(server.base, flush=True)  # noqa: T201 - read by whoever started us
    for line in sys.stdin:
        server.script = json.loads(line)
        server.asked.clear()
        server.headers.clear()
    server.close()


if __name__ == "__main__":
    main()
