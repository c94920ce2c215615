"""The lists of locked packages, read as pip reads them."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Locked:
    """One package of a list: its name, its only version, when it is wanted, and how many files are known by hash."""

    requirement: Requirement
    hashes: int

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (only,) = self.requirement.specifier
        assert only.operator == "=="
        return only.version

    def is_wanted(self, environment: dict[str, str]) -> bool:
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)


def read_lock(path: Path) -> list[Locked]:
    """Every entry; a line that is neither one nor a comment is an error."""
    text = "".join(
        line
        for line in path.read_text().splitlines(keepends=True)
        if not line.lstrip().startswith("#")
    )
    entries = [
        entry for entry in text.replace("\\\n", " ").splitlines() if entry.strip()
    ]
    return [
        Locked(Requirement(HASH.sub("", entry).strip()), len(HASH.findall(entry)))
        for entry in entries
    ]
