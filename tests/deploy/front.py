"""Debian's nginx with the configuration of `deploy/`: only places of this machine are put in for those of a site."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.bench.running import free_port
from tests.deploy.locked import DEPLOY
from tests.faults.certificates.make import END, certificate, pem_of
from tests.waiting import wait_until

CONFIGURATION = DEPLOY / "nginx" / "nginx.conf"
NAME = "cds.example.org"
Answer = tuple[int, Mapping[str, str], bytes]


def adapted(
    folder: Path,
    port: int,
    replicas: Sequence[int],
    tls: tuple[Path, Path],
    origin: str,
) -> str:
    """The configuration of `deploy/` for this machine; what is put in must replace something.

    Args:
        origin: whose pages may read refusals.
    """
    text = CONFIGURATION.read_text()
    servers = "\n".join(
        f"    server 127.0.0.1:{one} max_fails=0 max_conns=24;" for one in replicas
    )
    for pattern, new in (
        (r"    server cds-1:8080 .*\n    server cds-2:8080 .*", servers),
        (r"# \"https://sandbox\.example\.org\"", f'"{origin}"'),
        (r"listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        (r"/etc/nginx/tls/cds\.pem", str(tls[0])),
        (r"/etc/nginx/tls/cds\.key", str(tls[1])),
        (r"/run/", f"{folder}/"),
        (r"/var/cache/", f"{folder}/disk-"),
        (r"access_log /dev/stdout", f"access_log {folder}/access.log"),
        (r"error_log stderr", f"error_log {folder}/error.log"),
    ):
        text, count = re.subn(pattern, new.replace("\\", "\\\\"), text)
        assert count, pattern
    return text


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for the name in the configuration, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    files = folder / "cds.pem", folder / "cds.key"
    files[0].write_bytes(
        certificate(key, NAME, NAME, key, END, host=x509.DNSName(NAME))
    )
    files[1].write_bytes(pem_of(key))
    return files


class Front:
    """A running nginx before replicas on these ports."""

    def __init__(
        self,
        folder: Path,
        replicas: Sequence[int],
        origin: str = "https://sandbox.example.org",
    ) -> None:
        self.folder = folder
        self.port = free_port()
        certificate = make_certificate(folder)
        self.trust = ssl.create_default_context(cafile=str(certificate[0]))
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(
            adapted(folder, self.port, replicas, certificate, origin)
        )
        self.command = [
            "nginx",
            "-c",
            str(self.configuration),
            "-e",
            str(folder / "error.log"),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def check(self) -> str:
        """What `nginx -t` says."""
        done = subprocess.run(
            [*self.command, "-t"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    def start(self) -> None:
        """Start, and wait until it listens."""
        self._process = subprocess.Popen([*self.command, "-g", "daemon off;"])
        wait_until(self._listens, (self.folder / "error.log").read_text)

    def _listens(self) -> bool:
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=5),
        ):
            return True
        return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def connect(self, *, name: str = NAME, client: str = "127.0.0.1") -> ssl.SSLSocket:
        """A connection for bytes as they stand, from this address of the client."""
        plain = socket.create_connection(
            ("127.0.0.1", self.port), timeout=60, source_address=(client, 0)
        )
        try:
            return self.trust.wrap_socket(plain, server_hostname=name)
        except OSError:
            plain.close()
            raise

    def session(self) -> Session:
        return Session(self)

    def ask(self, *request: Any, **more: Any) -> Answer:
        """One request over a connection of its own, as `Session.ask`."""
        with closing(self.session()) as session:
            return session.ask(*request, **more)

    def access_lines(self) -> str:
        return (self.folder / "access.log").read_text()


class Session(HTTPSConnection):
    """A client that keeps its connection; the name in the certificate is that of the site."""

    def __init__(self, front: Front) -> None:
        super().__init__(NAME, timeout=60)
        self._front = front

    def connect(self) -> None:
        self.sock = self._front.connect()

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Status, headers in lower case, body."""
        kind = {"Content-Type": "application/json"} if body is not None else {}
        self.request(method, path, body, {**kind, **(headers or {})})
        response = self.getresponse()
        return (
            response.status,
            {name.lower(): one for name, one in response.headers.items()},
            response.read(),
        )


@contextmanager
def front(
    replicas: Sequence[int], changed: Mapping[str, str] | None = None, **options: str
) -> Iterator[Front]:
    """An nginx in a folder that its workers, nobody's processes, may enter.

    Args:
        changed: what a site writes in place of what is there.
    """
    folder = Path(tempfile.mkdtemp(prefix="kyphoplasty-cds-front-"))
    folder.chmod(0o755)
    made = Front(folder, replicas, **options)
    for old, new in (changed or {}).items():
        text = made.configuration.read_text()
        assert old in text
        made.configuration.write_text(text.replace(old, new))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)
