"""The second device: entries that wait in a file of this machine while the database does not answer.

One file for each process; what a dead process left is merged by another. Beside it, how many entries could not be kept
at all, until a `gap` entry of the log says so.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.audit.appending import Clock, append_entries
from cds_service.audit.chain import GENESIS, AuditEntry, SealedEntry, seal
from cds_service.audit.database import Database
from cds_service.audit.held_file import HeldFile, taken_over, whole_of
from cds_service.audit.spool_lines import LineReader, line_of

MAX_BYTES = 64 * 1024 * 1024
MAX_SECONDS = 24 * 3600.0
SPOOL = ".spool"
LOST = ".lost"
DAMAGED = ".damaged"


class SpoolFull(Exception):
    """There is no spool, or it holds too much, or for too long, or its disk failed."""


@dataclass(frozen=True, slots=True)
class SpoolState:
    """Bytes that wait, and whether more may come."""

    size: int
    is_open: bool


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
        self._file: HeldFile | None = None
        self._lost: HeldFile | None = None
        self._size = 0
        self._hash = GENESIS
        self._since: float | None = None  # monotonic, of the oldest entry that waits
        self._is_broken = False
        self._has_looked = False
        self._merging: Iterator[int] | None = None  # a merge that goes on

    def keep(self, entry: SealedEntry) -> None:
        """Keep the entry; when this returns it is on disk.

        Raises:
            SpoolFull: it may not, or must not, take more.
            OSError: the disk did not take it.
        """
        with self._lock:
            line, line_hash = line_of(entry, self._hash)
            if self._folder is None or not self.state().is_open or self._size + len(line) > self._max_bytes:
                raise SpoolFull
            if self._file is None:
                self._file = HeldFile.make(self._folder, SPOOL)
            self._file.write(line, self._size)
            try:
                self._file.sync()
            except OSError:
                # It may be on disk or not; the line must not be merged, since its answer is refused.
                self._is_broken = True
                with suppress(OSError):
                    self._file.cut(self._size)
                raise
            self._size, self._hash = self._size + len(line), line_hash
            self._since = self._since or time.monotonic()

    def state(self) -> SpoolState:
        """How much waits."""
        with self._lock:
            is_old = self._since is not None and time.monotonic() - self._since > self._max_seconds
            is_open = self._folder is not None and not self._is_broken and not is_old and self._size < self._max_bytes
            return SpoolState(self._size, is_open)

    def note_lost(self, moments: Sequence[str]) -> None:
        """Remember across a restart when entries could not be kept, where that can be written; none forgets them."""
        if self._folder is None:
            return
        with self._lock, suppress(OSError):
            if not moments:
                if self._lost is not None:
                    self._lost.cut()
                return
            if self._lost is None:
                self._lost = HeldFile.make(self._folder, LOST, lasting=False)
            self._lost.cut()
            self._lost.write(json.dumps([len(moments), min(moments), max(moments)]).encode(), 0)

    def has_waiting(self) -> bool:
        """Whether there is anything to be merged; leftovers are looked for once."""
        return self._size > 0 or not self._has_looked

    def merge_some(self, database: Database, clock: Clock) -> None:
        """Put the next of what waits at the end of the chain, in order; what is done is forgotten once all is on disk.

        After a failure it begins anew: the chain takes an entry once.
        """
        merging, self._merging = self._merging or self._merge(database, clock), None
        if next(merging, None) is not None:
            self._merging = merging

    def let_go(self) -> None:
        """Merge no more: what is not merged yet is for another process."""
        self._merging = None

    def _merge(self, database: Database, clock: Clock) -> Iterator[int]:
        """Entries of each step."""
        for path in self._leftovers(SPOOL):
            yield from _merge_leftover(path, database, clock)
        for path in self._leftovers(LOST):
            _tell_leftover(path, database, clock)
        self._has_looked = True
        if self._file is not None:
            yield from self._merge_own(self._file, _Merge(self._file.path.name, database, clock))

    def _merge_own(self, file: HeldFile, merge: _Merge) -> Iterator[int]:
        """Until nothing waits, of what comes meanwhile either."""
        lines = LineReader(file.handle)
        while True:
            with self._lock:
                size = self._size
                if lines.end == size and merge.is_told:
                    self._forget()
                    return
            if lines.end == size:
                merge.tell()
            elif found := lines.read(size):
                yield merge.add(found)
            else:  # somebody changed it: what could be read is kept, and the file stays for whoever looks
                merge.end(lines, size)
                self._set_aside()
                return

    def close(self) -> None:
        """Let go of the files; empty ones are removed."""
        with self._lock:
            if self._file is not None:
                self._file.close(remove=self._size == 0)
            if self._lost is not None:
                self._lost.close(remove=not whole_of(self._lost.handle))
            self._file = self._lost = None

    def _set_aside(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.path.rename(self._file.path.with_suffix(DAMAGED))
                self._file.close(remove=False)
            self._file = None
            self._forget()

    def _forget(self) -> None:
        if self._file is not None and self._size:
            self._file.cut()
        self._size, self._hash, self._since = 0, GENESIS, None

    def _leftovers(self, suffix: str) -> Sequence[Path]:
        if self._folder is None or not self._folder.is_dir():
            return ()
        own = {file.path for file in (self._file, self._lost) if file is not None}
        return sorted(path for path in self._folder.glob(f"*{suffix}") if path not in own)


def gap_entry(count: int, since: str, until: str, clock: Clock) -> SealedEntry:
    """That so many entries could not be written between these moments, for which nothing was shown."""
    return seal(AuditEntry(kind="gap", at=clock(), content={"lost": count, "since": since, "until": until}))


def _merge_leftover(path: Path, database: Database, clock: Clock) -> Iterator[int]:
    with taken_over(path) as handle:
        if handle is None:
            return
        lines, size, merge = LineReader(handle), os.fstat(handle).st_size, _Merge(path.name, database, clock)
        while found := lines.read(size):
            yield merge.add(found)
        if merge.end(lines, size):
            path.rename(path.with_suffix(DAMAGED))
        else:
            path.unlink()


def _tell_leftover(path: Path, database: Database, clock: Clock) -> None:
    with taken_over(path) as handle:
        if handle is None:
            return
        with suppress(ValueError, TypeError):
            count, since, until = json.loads(whole_of(handle) or b"[]")
            with database.writing() as connection:
                append_entries(connection, [gap_entry(count, since, until, clock)], clock)
        path.unlink()


class _Merge:
    """Entries of one file on their way into the chain, and behind them one entry that says where they came from."""

    def __init__(self, name: str, database: Database, clock: Clock) -> None:
        self._name = name
        self._database = database
        self._clock = clock
        self._begin()

    def _begin(self) -> None:
        self._content: dict[str, Any] = {
            "spool": self._name,
            "entries": 0,
            "known": 0,
            "tornBytes": 0,
            "damaged": False,
        }
        self.is_told = True

    def add(self, entries: Sequence[SealedEntry]) -> int:
        """These at the end of the chain, those that it holds already left out; how many they are."""
        with self._database.writing() as connection:
            appended = append_entries(connection, entries, self._clock)
        content = self._content
        content.setdefault("first", appended.first)
        content["last"] = appended.last
        content["known"] += appended.known
        content["entries"] += len(entries)
        self.is_told = False
        return len(entries)

    def end(self, lines: LineReader, size: int) -> bool:
        """Tell of it, and of what cannot be read; whether that is damaged."""
        torn, is_damaged = size - lines.end, lines.is_damaged(size)
        self._content["tornBytes"], self._content["damaged"] = torn, is_damaged
        if torn or not self.is_told:
            self.tell()
        return is_damaged

    def tell(self) -> None:
        """The entry about it."""
        entry = AuditEntry(kind="merge", at=self._clock(), content=self._content)
        with self._database.writing() as connection:
            append_entries(connection, [seal(entry)], self._clock)
        self._begin()
