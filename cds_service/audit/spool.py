"""The second device: entries that wait in a file of this machine while the database does not answer.

One file for each process, held by a lock as long as the process lives; what a dead process left is merged by another.
Each line carries a hash over itself and the line before, so that a torn or damaged line is known.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import GENESIS, AuditEntry, SealedEntry, ShownCard, canonical_json, seal
from cds_service.audit.database import Database

MAX_BYTES = 64 * 1024 * 1024
MAX_SECONDS = 24 * 3600.0
GROUP = 500  # entries for one commit of a merge
SUFFIX = ".spool"


class SpoolFull(Exception):
    """There is no spool, or it holds too much, or for too long, or its disk failed."""


@dataclass(frozen=True, slots=True)
class SpoolState:
    """Bytes that wait, and whether more may come."""

    size: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class _Lines:
    """What a spool file holds from an offset on.

    Attributes:
        end: offset behind the last whole line.
        hash: of that line.
        torn: bytes behind it that are no whole line.
        damaged: a line that was whole once is not what it was.
    """

    entries: tuple[SealedEntry, ...]
    end: int
    hash: str
    torn: int
    damaged: bool


class Spool:
    """The spool of one process, and the leftovers of dead ones in the same folder."""

    def __init__(self, folder: Path | None, *, max_bytes: int = MAX_BYTES, max_seconds: float = MAX_SECONDS) -> None:
        """Nothing is made before the first entry.

        Args:
            folder: None is no spool.
            max_bytes: of one process.
            max_seconds: how long the oldest entry may wait before no more are taken.
        """
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds
        self._lock = threading.RLock()
        self._file: int | None = None
        self._name = ""
        self._size = 0
        self._hash = GENESIS
        self._since: float | None = None  # monotonic, of the oldest entry that waits
        self._is_broken = False
        self._has_looked = False

    def keep(self, entry: SealedEntry) -> None:
        """Keep the entry; when this returns it is on disk.

        Raises:
            SpoolFull: it may not, or must not, take more.
            OSError: the disk did not take it.
        """
        with self._lock:
            if not self.state().is_open:
                raise SpoolFull
            document = canonical_json(_to_json(entry))
            line_hash = _line_hash(self._hash, document)
            line = f"{line_hash} {document}\n".encode("ascii")
            if self._size + len(line) > self._max_bytes:
                raise SpoolFull
            self._write(line)
            self._size += len(line)
            self._hash = line_hash
            self._since = self._since or time.monotonic()

    def state(self) -> SpoolState:
        """How much waits."""
        with self._lock:
            is_old = self._since is not None and time.monotonic() - self._since > self._max_seconds
            is_open = self._folder is not None and not self._is_broken and not is_old and self._size < self._max_bytes
            return SpoolState(self._size, is_open)

    def has_waiting(self) -> bool:
        """Whether there is anything to be merged; leftovers are looked for once."""
        return self._size > 0 or not self._has_looked

    def merge_into(self, database: Database, clock: Clock) -> None:
        """Put all that waits at the end of the chain, in order, and forget it once that is on disk."""
        for path in self._leftovers():
            _merge_leftover(path, database, clock)
        self._has_looked = True
        merged = 0
        while True:
            with self._lock:
                if self._file is None or self._size == merged:
                    self._forget()
                    return
                lines = _read(self._file, merged)
            _merge(lines, self._name, database, clock)
            merged = lines.end

    def close(self) -> None:
        """Let go of the file; an empty one is removed."""
        with self._lock:
            if self._file is None or self._folder is None:
                return
            if self._size == 0:
                (self._folder / self._name).unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def _write(self, line: bytes) -> None:
        file = self._file = self._file if self._file is not None else self._make()
        try:
            _write_whole(file, line, self._size)
        except OSError:
            os.ftruncate(file, self._size)
            raise
        try:
            os.fsync(file)
        except OSError:
            # What the disk holds now is not known, and asking again proves nothing.
            self._is_broken = True
            raise

    def _make(self) -> int:
        """The file appears under its name only once it is locked, so that nobody takes it for a dead process's."""
        if self._folder is None:
            raise SpoolFull
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        hidden = self._folder / f"{name}.new"
        file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        self._name = f"{name}{SUFFIX}"
        hidden.rename(self._folder / self._name)
        _sync_folder(self._folder)
        return file

    def _forget(self) -> None:
        if self._file is not None and self._size:
            os.ftruncate(self._file, 0)
        self._size, self._hash, self._since = 0, GENESIS, None

    def _leftovers(self) -> Sequence[Path]:
        if self._folder is None or not self._folder.is_dir():
            return ()
        return sorted(path for path in self._folder.glob(f"*{SUFFIX}") if path.name != self._name)


def _merge_leftover(path: Path, database: Database, clock: Clock) -> None:
    """What a dead process left; a living one holds its lock."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return
    try:
        lines = _read(file, 0)
        _merge(lines, path.name, database, clock)
        if lines.damaged:
            path.rename(path.with_suffix(".damaged"))
        else:
            path.unlink()
    finally:
        os.close(file)


def _merge(lines: _Lines, name: str, database: Database, clock: Clock) -> None:
    """The entries, and behind them one that says where they came from."""
    if not lines.entries and not lines.torn:
        return
    first = last = known = 0
    groups = [lines.entries[place : place + GROUP] for place in range(0, len(lines.entries), GROUP)]
    for group in groups:
        with database.writing() as connection:
            appended = append_entries(connection, group, clock)
        first, last, known = first or appended.first, appended.last, known + appended.known
    content = {
        "spool": name,
        "entries": len(lines.entries),
        "known": known,
        "first": first,
        "last": last,
        "tornBytes": lines.torn,
        "damaged": lines.damaged,
    }
    with database.writing() as connection:
        append_entries(connection, [seal(AuditEntry(kind="merge", at=clock(), content=content))], clock)


def _read(file: int, start: int) -> _Lines:
    """The whole lines from here on; `start` is 0 or behind a whole line."""
    text = os.pread(file, os.fstat(file).st_size, 0)
    entries: list[SealedEntry] = []
    line_hash, end = GENESIS, 0
    for line in _whole_lines(text):
        stated, _, document = line.partition(b" ")
        expected = _line_hash(line_hash, document.decode("ascii", "replace"))
        if stated.decode("ascii", "replace") != expected:
            rest = text[end:]
            is_last = rest.count(b"\n") <= 1
            return _Lines(tuple(entries), end, line_hash, len(rest), damaged=not is_last)
        line_hash, end = expected, end + len(line) + 1
        if end > start:
            entries.append(_from_json(json.loads(document)))
    return _Lines(tuple(entries), end, line_hash, len(text) - end, damaged=False)


def _write_whole(file: int, line: bytes, place: int) -> None:
    if os.pwrite(file, line, place) < len(line):
        raise OSError(errno.ENOSPC, "the disk took part of the line")


def _whole_lines(text: bytes) -> Iterator[bytes]:
    *lines, _ = text.split(b"\n")
    return iter(lines)


def _line_hash(previous: str, document: str) -> str:
    return hashlib.sha256(f"{previous} {document}".encode()).hexdigest()


def _to_json(entry: SealedEntry) -> dict[str, object]:
    return {**asdict(entry), "cards": [asdict(card) for card in entry.cards]}


def _from_json(document: dict[str, object]) -> SealedEntry:
    cards = tuple(ShownCard(**{**card, "rules": tuple(card["rules"])}) for card in document["cards"])  # type: ignore[attr-defined]
    return SealedEntry(**{**document, "cards": cards})  # type: ignore[arg-type]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
