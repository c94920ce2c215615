"""A file that belongs to one living process: it holds a lock on it, so that others know what a dead one left behind."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class HeldFile:
    """A file of this process in a folder that processes share."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self.handle = handle

    @classmethod
    def make(cls, folder: Path, suffix: str, *, lasting: bool = True) -> HeldFile:
        """A new, empty one. It appears under its name only once it is locked.

        Args:
            folder: made where there is none.
            suffix: of its name.
            lasting: return only when the name itself is on disk.

        Raises:
            OSError: the folder cannot be used.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        hidden = folder / f"{name}.new"
        handle = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        path = folder / f"{name}{suffix}"
        hidden.rename(path)
        made = cls(path, handle)
        try:
            if lasting:
                _sync_folder(folder)
        except OSError:
            made.close(remove=True)
            raise
        return made

    def write(self, octets: bytes, place: int) -> None:
        """Put these bytes there, all or none of them.

        Raises:
            OSError: the disk did not take them.
        """
        try:
            if os.pwrite(self.handle, octets, place) < len(octets):
                _refuse_part()
        except OSError:
            os.ftruncate(self.handle, place)
            raise

    def sync(self) -> None:
        """Return when all is on disk.

        Raises:
            OSError: the disk did not confirm it; what it holds is not known then, and asking again proves nothing.
        """
        os.fsync(self.handle)

    def cut(self, place: int = 0) -> None:
        """Forget what it holds from there on."""
        os.ftruncate(self.handle, place)

    def close(self, *, remove: bool) -> None:
        """Let go of it."""
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self.handle)


@contextmanager
def taken_over(path: Path) -> Iterator[int | None]:
    """A file that a dead process left, locked for us; None where a living one holds it, or it is gone."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
        else:
            yield handle if path.exists() else None
    finally:
        os.close(handle)


def whole_of(handle: int) -> bytes:
    """All that the file holds."""
    return os.pread(handle, os.fstat(handle).st_size, 0)


def _refuse_part() -> None:
    raise OSError(errno.ENOSPC, "the disk took part of the bytes")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
