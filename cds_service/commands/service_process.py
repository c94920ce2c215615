"""The real service as a process of its own, on a free port, as an operator would start it."""

import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
from contextlib import AbstractContextManager
from pathlib import Path

from cds_service.errors import CdsError
from cds_service.settings import PREFIX

START_SECONDS = 90
STOP_SECONDS = 10
# Generous, since a small machine is slow right after installation: the demonstration is about cards, not deadlines.
DEADLINE_SECONDS = 30

_LISTENING = re.compile(r"listening on (https?://\S+)")
# The module behind the console script, which may not be on PATH.
_OWN_COMMAND = (sys.executable, "-m", "cds_service.cli")
_COMMAND = _OWN_COMMAND


class ServiceNotStarted(CdsError):
    """The service exited or timed out before it listened; the message contains its output."""


class ServiceProcess(AbstractContextManager["ServiceProcess"]):
    """A running service; a context manager that stops it.

    Attributes:
        url: its address, `http://127.0.0.1:PORT`.
        database_url: of its audit log, which goes with the process.
    """

    def __init__(
        self, fhir_server: str, *, site: Path | None = None, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        """Start the service; returns once it answers.

        Args:
            fhir_server: a server that it may call besides those on this machine.

        Raises:
            ServiceNotStarted: it exited or timed out.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="kyphoplasty-cds-")
        self._errors = Path(self._folder.name, "errors.txt")
        self._environment = _environment(Path(self._folder.name), site, deadline_seconds)
        self.database_url = self._environment[f"{PREFIX}DATABASE_URL"]
        self._process = self._start(fhir_server)
        try:
            self.url = self._address()
        except BaseException:
            self.stop()
            raise

    def _start(self, fhir_server: str) -> subprocess.Popen[str]:
        with self._errors.open("w", encoding="utf-8") as errors:
            return subprocess.Popen(  # noqa: S603 - our own command, nothing of it comes from outside
                [*_COMMAND, "serve", "--port", "0", "--fhir-server", fhir_server],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=self._folder.name,
                env=self._environment,
            )

    def add_reviewer(self, name: str) -> str:
        """Make an account for the review pages and return its password.

        Raises:
            ServiceNotStarted: the command failed.
        """
        password = secrets.token_urlsafe(12)
        made = subprocess.run(  # noqa: S603 - our own command
            [*_OWN_COMMAND, "audit", "add-reviewer", name, "--password-file", "-"],
            input=password,
            capture_output=True,
            text=True,
            env=self._environment,
            check=False,
        )
        if made.returncode:
            raise ServiceNotStarted(f"no reviewer could be added:\n{made.stderr}")
        return password

    def _address(self) -> str:
        """The address that the service prints once it answers."""
        assert self._process.stdout is not None  # noqa: S101 - it was opened as a pipe above
        watch = threading.Timer(START_SECONDS, self._process.kill)
        watch.start()
        printed = ""
        for line in self._process.stdout:
            if found := _LISTENING.search(line):
                watch.cancel()
                return found.group(1).rstrip("/")
            printed += line
        watch.cancel()
        said = printed + self.errors()
        raise ServiceNotStarted(
            f"the service did not start:\n{said}" if said else f"the service was silent for {START_SECONDS} s"
        )

    def errors(self) -> str:
        """Its standard error so far."""
        return self._errors.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Terminate it, by force if necessary."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._folder.cleanup()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _environment(folder: Path, site: Path | None, deadline_seconds: float) -> dict[str, str]:
    """An environment with our settings and none of the user's, so that the demonstration is the same everywhere."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment["PYTHONUNBUFFERED"] = "1"
    environment[f"{PREFIX}DEADLINE_SECONDS"] = str(deadline_seconds)
    environment[f"{PREFIX}DATABASE_URL"] = f"sqlite:///{folder / 'audit.sqlite3'}"
    if site is not None:
        environment[f"{PREFIX}SITE"] = str(site)
    return environment
