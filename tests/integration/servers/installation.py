"""What the real servers need on this machine: fetched once by `make servers`, kept outside git."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.programs import lacks

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / ".cache" / "servers"


@dataclass(frozen=True)
class Installation:
    """One server: what it is made from, and what making it takes.

    Attributes:
        name: for people.
        sources: files that decide what is installed.
        commands: that must be on the path.
        packages: Debian packages that bring them.
    """

    name: str
    sources: tuple[Path, ...]
    commands: tuple[str, ...]
    packages: str

    @property
    def folder(self) -> Path:
        """Where it is kept; another one for other sources."""
        digest = hashlib.sha256(
            b"\0".join(path.read_bytes() for path in self.sources)
        ).hexdigest()
        return CACHE / f"{self.name.lower()}-{digest[:12]}"

    def lacking(self) -> str:
        """Why it cannot run here and what helps, in one sentence; empty when it can."""
        if missing := self._missing_commands():
            return f"{self.name} needs {' and '.join(missing)}: apt-get install {self.packages}, then make servers"
        if not (self.folder / "ready").exists():
            return f"{self.name} is not fetched; make servers does it (package registries must be in reach)"
        return ""

    @contextmanager
    def made(self) -> Iterator[Path]:
        """An empty folder to install into; ends the program where a command is missing."""
        if self._missing_commands():
            raise SystemExit(self.lacking())
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        yield self.folder
        (self.folder / "ready").touch()

    def _missing_commands(self) -> list[str]:
        return [command for command in self.commands if shutil.which(command) is None]


def require(installation: Installation) -> None:
    """Skip where the server is not installed, saying how to get it; in CI that is a failure."""
    if why := installation.lacking():
        lacks(why)
