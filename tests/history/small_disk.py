"""A disk so small that it can be filled, for the tables of PostgreSQL.

Its log of transactions lies elsewhere: a table that cannot grow is an error of one
statement, as on a server whose disk for data is full.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

from tests.postgres_server import PostgresServer

SIZE = 192 * 1024 * 1024  # a database is 8 MB, and a history restores some
MOUNT = ("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "none")
NUMBERS = count(1)


class SmallDisk:
    """A place for databases that can be filled."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._folder = folder
        self._server = server
        self._space = f"small{next(NUMBERS)}_{os.getpid()}"
        self._databases: list[str] = []
        place = folder / "space"
        place.mkdir()
        shutil.chown(place, "nobody")
        server.ask(f"CREATE TABLESPACE {self._space} LOCATION '{place}'")

    def new_database(self) -> str:
        """The address of an empty database on it."""
        name = f"on_{self._space}_{next(NUMBERS)}"
        self._server.ask(f"CREATE DATABASE {name} TABLESPACE {self._space}")
        self._databases.append(name)
        return self._server.url(name)

    def drop_databases(self) -> None:
        """Make room for others."""
        for name in self._databases:
            self._server.ask(f"DROP DATABASE {name} WITH (FORCE)")
        self._databases.clear()

    def drop(self) -> None:
        self.drop_databases()
        self._server.ask(f"DROP TABLESPACE {self._space}")

    @contextmanager
    def full(self, left: int) -> Iterator[None]:
        """Leave so many bytes, and free the rest at the end."""
        ballast = self._folder / "ballast"
        free = shutil.disk_usage(self._folder).free
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, free - left))
        try:
            yield
        finally:
            ballast.unlink()


@cache
def can_mount() -> bool:
    """Tell if a disk can be mounted here: it takes root, and a container that may."""
    folder = tempfile.mkdtemp(prefix="kyphoplasty-cds-disk-")
    done = subprocess.run([*MOUNT, folder], capture_output=True, check=False)
    if done.returncode == 0:
        subprocess.run(["umount", folder], check=True)
    Path(folder).rmdir()
    return done.returncode == 0


@contextmanager
def small_disk(server: PostgresServer) -> Iterator[SmallDisk]:
    """A disk of its own in memory."""
    folder = Path(tempfile.mkdtemp(prefix="kyphoplasty-cds-disk-"))
    subprocess.run([*MOUNT, folder], check=True)
    try:
        disk = SmallDisk(folder, server)
        try:
            yield disk
        finally:
            disk.drop()
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()
