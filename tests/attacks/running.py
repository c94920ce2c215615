"""A running service with a witness at its sockets."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.running_service import Mark, RunningService

WITNESSED = Path(__file__).with_name("witnessed.py")
FORMATS = ("ndjson", "csv", "fhir")
OF_THE_TEST = {"witness.ndjson", "names.json", "site.toml", "keys.json", "other.json"}


class Running(RunningService):
    """One service; names lead where `lead` says, and nowhere else."""

    def _program(self) -> list[str | Path]:
        (self.folder / "names.json").write_text("{}")
        return [WITNESSED, self.folder]

    def lead(self, names: Mapping[str, Iterable[str]]) -> None:
        """From now on names lead to these addresses; all others nowhere."""
        fresh = self.folder / "names.new"
        fresh.write_text(
            json.dumps({name: list(addresses) for name, addresses in names.items()})
        )
        fresh.replace(self.folder / "names.json")

    def mark(self) -> Mark:
        """How things stand."""
        return replace(super().mark(), notes=len(self._notes()))

    def connects(self, since: Mark) -> set[str]:
        """Addresses, `127.0.0.2:8080`, that it tried to connect to."""
        return {
            ":".join(one["arguments"]) for one in self.noted("socket.connect", since)
        }

    def lookups(self, since: Mark) -> list[str]:
        """Names that it looked up."""
        asked = (one["arguments"][0] for one in self.noted("socket.get", since))
        return [
            name
            for name in asked
            if name != "None" and not re.fullmatch(r"[0-9.]+|.*:.*", name)
        ]

    def noted(self, event: str, since: Mark) -> list[dict[str, Any]]:
        """What the witness saw of events whose names begin so."""
        return [
            one
            for one in self._notes()[since.notes :]
            if one["event"].startswith(event)
        ]

    def left_behind(self) -> dict[str, bytes]:
        """Everything that may outlive a request, by name: database, journal, log, counts, exports."""
        files = [
            file
            for file in self.folder.rglob("*")
            if file.is_file() and file.name not in OF_THE_TEST
        ]
        left = {str(file.relative_to(self.folder)): file.read_bytes() for file in files}
        left |= {
            name: self.send("GET", name).body
            for name in ("/metrics", "/health/ready", "/openapi.json")
        }
        return left | {
            form: self.command("audit", "export", "--format", form).encode()
            for form in FORMATS
        }

    def _notes(self) -> list[dict[str, Any]]:
        return [
            json.loads(line)
            for line in (self.folder / "witness.ndjson").read_text().splitlines()
        ]
