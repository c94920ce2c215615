"""A real PostgreSQL of this machine's packages, run by an unprivileged user in a folder of its own on a free port."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg

from cds_service.audit.database import Database
from tests.bench.running import free_port
from tests.waiting import wait_until

HOW_TO_GET = (
    "PostgreSQL's server programs are not installed: apt-get install postgresql"
)
NUMBERS = count(1)


class PostgresServer:
    """A server that can be stopped, killed and started again."""

    def __init__(
        self, programs: Path, folder: Path, user: str | None, *, is_synced: bool
    ) -> None:
        self._programs = programs
        self._folder = folder
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None
        self._options = ("-c", "fsync=off", "-c", "full_page_writes=off") * (
            not is_synced
        )
        self._template = ""
        self.port = free_port()
        self._options += ("-h", "127.0.0.1", "-p", str(self.port))

    @property
    def process_id(self) -> int:
        """Of the first of its processes."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        """Its address, for SQLAlchemy."""
        return f"postgresql+psycopg://audit@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"log{next(NUMBERS)}_{os.getpid()}"
        self.ask(f"CREATE DATABASE {name}")
        return self.url(name)

    def new_log(self) -> str:
        """The address of a database with the tables of a log, copied from one that was made once."""
        if not self._template:
            url = self.new_database()
            database = Database(url)
            database.prepare()
            database.dispose()
            self._template = url.rpartition("/")[2]
        name = f"log{next(NUMBERS)}_{os.getpid()}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return self.url(name)

    def ask(self, statement: str) -> None:
        """Run one statement as its owner."""
        with psycopg.connect(
            self.url().replace("+psycopg", ""), autocommit=True
        ) as connection:
            connection.execute(statement)

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            [
                self._programs / "postgres",
                "-D",
                self._folder,
                "-k",
                self._folder,
                *self._options,
            ],
            user=self._user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers, seconds=120)  # after a crash it recovers first

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.ask("SELECT 1")
            return True
        return False

    def stop(self, how: str = "immediate") -> None:
        """End it: `fast`, or `immediate` as after a crash."""
        subprocess.run(
            [self._programs / "pg_ctl", "stop", "-D", self._folder, "-m", how, "-w"],
            user=self._user,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        assert self._process is not None
        self._process.wait()


def find_programs() -> Path | None:
    """Where PostgreSQL's server programs are."""
    places = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *map(Path, os.environ.get("PATH", "").split(os.pathsep)),
    ]
    return next(
        (
            one
            for one in places
            if all((one / name).is_file() for name in ("initdb", "postgres", "pg_ctl"))
        ),
        None,
    )


@contextmanager
def postgres_server(
    programs: Path, *, is_synced: bool = True
) -> Iterator[PostgresServer]:
    """A new server, thrown away at the end.

    Args:
        programs: PostgreSQL's own.
        is_synced: whether it waits for the disk, which a crash of the machine needs and
            a crash of its processes not.
    """
    user = "nobody" if os.getuid() == 0 else None  # it refuses to be root
    folder = Path(tempfile.mkdtemp(prefix="kyphoplasty-cds-postgres-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        subprocess.run(
            [
                programs / "initdb",
                "-D",
                folder,
                "-U",
                "audit",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
            ],
            user=user,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        server = PostgresServer(programs, folder, user, is_synced=is_synced)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
