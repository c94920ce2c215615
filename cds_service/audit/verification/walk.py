"""Walk the log from its first entry to its last.

Check each entry's hash, its link to the previous entry, and its payload.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cds_service.audit.verification.faults import (
    Fault,
    content_of,
    fault,
    payload_fault,
)
from cds_service.audit.verification.hashes import FIRST_PREVIOUS, FORMAT, link_of
from cds_service.audit.verification.notes import (
    BadNote,
    Checkpoint,
    Key,
    is_signed_by,
    names_key,
    read_key,
)
from cds_service.audit.verification.purges import Purged, Purges
from cds_service.audit.verification.rows import (
    DamagedLog,
    Row,
    Select,
    find_disguised,
    is_sound,
    open_log,
    read_rows,
    read_stray,
    unknown_step,
)

PROGRESS_ENTRIES = 10_000  # between two progress reports
MOST_NAMED = 100  # faults that are listed; further ones are only counted
NOT_ITS_HASH = (
    "its fields do not give its hash: one was changed, or an entry was put in or taken"
    " out before it"
)
NOT_SIGNED = "it is not signed by the expected key"
NEWER = "verify with the version that wrote it"
# All kinds that a log of this format has (docs/audit-format.md, "Kinds").
KINDS = {
    *("genesis", "answer", "refusal", "feedback", "read", "export", "login"),
    *("account", "mark", "note", "measures", "checkpoint", "loop", "purge"),
    *("near-miss", "gap", "start", "stop", "verify", "mode"),
}
# Kinds that are never purged (docs/audit-format.md, "Purging").
LASTING = {
    "genesis",
    "checkpoint",
    "purge",
    "gap",
    "start",
    "stop",
    "mode",
    "verify",
}


@dataclass(slots=True)
class Report:
    """The result of a verification.

    Attributes:
        log: id of the log, from its first entry; empty if that is gone.
        entries: number of entries.
        purged: number of payloads deleted after their retention, according to `purge`
            entries.
        last: sequence of the last entry.
        hash: hash of the last entry.
        faults: the first faults.
        fault_count: number of all faults.
        notes: remarks that are not faults.
        purges: each purge, with the number of payloads that it deleted.
    """

    log: str = ""
    entries: int = 0
    purged: int = 0
    last: int = 0
    hash: str = FIRST_PREVIOUS
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    notes: list[str] = field(default_factory=list)
    purges: dict[Purged, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Tell if nothing was changed, inserted, removed, reordered or cut off.

        This is proven up to the newest checkpoint; the notes name the entries after it.
        """
        return self.fault_count == 0

    def add(self, new: Fault) -> None:
        """Add a fault; the same fault of neighbouring entries is listed as one."""
        last = self.faults[-1] if self.faults else None
        following = (new.what, new.detail, new.sequence)
        if last and (last.what, last.detail, last.last + 1) == following:
            self.faults[-1] = replace(last, last=new.last)
            return
        self.fault_count += 1
        if len(self.faults) < MOST_NAMED:
            self.faults.append(new)


def report_lines(report: Report) -> Iterator[str]:
    """Write one line for each fault, then a summary."""
    yield from map(str, report.faults)
    unlisted = report.fault_count - len(report.faults)
    if unlisted > 0:
        yield f"and {unlisted} more"
    for purge, count in report.purges.items():
        # These texts come from the log, and may hold control characters.
        user, on, before = (
            ascii(text)[1:-1] for text in (purge.user, purge.on, purge.before[:10])
        )
        yield (
            f"purge: {user} deleted the contents of {count} entries older than {before}"
            f" on {on}, after checkpoint {purge.checkpoint}"
        )
    for note in report.notes:
        yield f"note: {note}"
    count = report.fault_count
    faults = "1 fault" if count == 1 else f"{count} faults"
    verdict = "whole" if report.is_whole else f"NOT whole: {faults}"
    purged = f", {report.purged} of them purged" if report.purged else ""
    yield (
        f"{verdict}: {report.entries} entries{purged}; the last is {report.last},"
        f" {report.hash}"
    )


def report_json(report: Report) -> dict[str, Any]:
    faults = [
        {
            "what": listed.what,
            "first": listed.sequence,
            "last": listed.last,
            "detail": listed.detail,
        }
        for listed in report.faults
    ]
    return {
        "whole": report.is_whole,
        "log": report.log,
        "entries": report.entries,
        "purged": report.purged,
        "last": report.last,
        "hash": report.hash,
        "faultCount": report.fault_count,
        "faults": faults,
        "purges": [
            asdict(purge) | {"entries": count} for purge, count in report.purges.items()
        ],
        "notes": report.notes,
    }


def verify_log(
    database_url: str,
    checkpoints: Sequence[Checkpoint] = (),
    keys: Sequence[Key] = (),
    progress: Callable[[int], None] | None = None,
    *,
    retention_days: int = 0,
) -> Report:
    """Verify the log in this database.

    Args:
        database_url: `sqlite:///FILE` or `postgresql://…`.
        checkpoints: notes that were kept elsewhere.
        keys: keys that may have signed them; without any, the key named in the log is
            used.
        progress: called now and then with the number of entries checked; may raise to
            stop.
        retention_days: a payload that was younger when purged is a fault.

    Raises:
        NoLog: there is no log, or it cannot be read.
    """
    walk = _Walk(checkpoints, retention_days)
    report = walk.report
    is_sqlite = database_url.startswith("sqlite")
    try:
        with open_log(database_url) as select:
            for row in read_rows(select):
                walk.step(row)
                if progress is not None and report.entries % PROGRESS_ENTRIES == 0:
                    progress(report.entries)
            _look_at_tables(select, report, is_sqlite=is_sqlite)
    except DamagedLog as error:
        detail = f"{error}: nothing can be read from here on"
        report.add(fault("removed", report.last + 1, detail))
    return walk.end(keys)


def _look_at_tables(select: Select, report: Report, *, is_sqlite: bool) -> None:
    """Add the faults that no entry shows by itself."""
    for table, sequence in read_stray(select):
        detail = f"{table} has a row that belongs to no entry"
        report.add(fault("inserted", sequence, detail))
    for table in find_disguised(select, is_sqlite=is_sqlite):
        detail = f"{table} is no ordinary table: a list may leave out entries"
        report.add(fault("changed", 1, detail, report.last))
    if step := unknown_step(select, is_sqlite=is_sqlite):
        detail = f"{step}, which this version does not know: {NEWER}"
        report.add(fault("not known", 1, detail, report.last))
    if is_sqlite and not is_sound(select):
        detail = "SQLite's integrity_check fails: a list may leave out entries"
        report.add(fault("changed", 1, detail, report.last))


class _Walk:
    """The state of a walk between two entries."""

    def __init__(self, checkpoints: Sequence[Checkpoint], retention_days: int) -> None:
        self.report = Report()
        self._checkpoints = checkpoints
        self._wanted = {checkpoint.sequence for checkpoint in checkpoints}
        # The entries at those places, as the walk meets them.
        self._covered: dict[int, Row] = {}
        # The hashes that the next entry may name as its predecessor's.
        self._hashes = {FIRST_PREVIOUS}
        self._was_faulty = False
        self._time = ""
        self._purges = Purges(retention_days)
        # The keys that the log's checkpoint entries name, each once, in their order.
        self._named_keys: dict[Key, None] = {}

    def step(self, row: Row) -> None:
        """Check an entry's place, hash, payload and link to the one before."""
        report = self.report
        is_faulty = self._check_place(row)
        actual = link_of(
            row.sequence,
            row.entry_id,
            row.at,
            row.kind,
            row.commitment,
            row.previous_hash,
        )
        if actual != row.hash:
            report.add(fault("changed", row.sequence, NOT_ITS_HASH))
            is_faulty = True
        elif (
            not is_faulty
            and not self._was_faulty
            and row.previous_hash not in self._hashes
        ):
            detail = (
                "its link is not the hash of the entry before: that one was replaced,"
                " or hashed anew"
            )
            report.add(fault("rewritten", row.sequence, detail))
            is_faulty = True
        if actual == row.hash and row.kind not in KINDS:
            detail = f"this version has no such kind of entry: {NEWER}"
            report.add(fault("not known", row.sequence, detail))
        self._check_payload(row)
        self._note(row)
        self._hashes, self._was_faulty = {row.hash, actual}, is_faulty
        report.entries = report.entries + 1
        report.last = row.sequence
        report.hash = row.hash

    def end(self, keys: Sequence[Key]) -> Report:
        """Check what only the whole log shows, and return the report."""
        report = self.report
        if report.entries == 0:
            detail = "there is no entry at all, not even the first of every log"
            report.add(fault("removed", 1, detail))
        self._add(self._purges.unexplained())
        report.purged, report.purges = self._purges.count, dict(self._purges.by_purge)
        for checkpoint in self._checkpoints:
            self._check_checkpoint(checkpoint, keys)
        covered = max(self._wanted, default=0)
        if covered:
            unseen = (
                f"entries after {covered} could have been cut off or rewritten unseen:"
                " a newer checkpoint would cover them"
            )
        else:
            unseen = (
                "without a checkpoint that was kept elsewhere, a log cut off at its end"
                " or rewritten whole looks whole"
            )
        report.notes.append(unseen)
        return report

    def _add(self, faults: Iterable[Fault]) -> None:
        for new in faults:
            self.report.add(new)

    def _check_place(self, row: Row) -> bool:
        """Check an entry's place in the log; tell if it is faulty."""
        sequence, expected = row.sequence, self.report.last + 1
        is_genesis = row.kind == "genesis" and row.previous_hash == FIRST_PREVIOUS
        if sequence > expected:
            new = fault("removed", expected, "no longer there", sequence - 1)
        elif sequence < expected:
            new = fault("inserted", sequence, "an earlier entry has this number")
        elif sequence == 1 and not is_genesis:
            new = fault("rewritten", 1, "it is not the first entry of a log")
        else:
            return False
        self.report.add(new)
        return True

    def _check_payload(self, row: Row) -> None:
        sequence, report = row.sequence, self.report
        if row.format != FORMAT:
            report.add(fault("changed", sequence, f"format {row.format} is not known"))
        if row.salt is not None and row.body is not None:
            if problem := payload_fault(row):
                report.add(problem)
        elif row.facts is not None or row.cards:
            detail = "the body was deleted, its search fields were not"
            report.add(fault("payload changed", sequence, detail))
        elif row.kind in LASTING:
            detail = "entries of this kind are never purged"
            report.add(fault("payload missing", sequence, detail))
        else:
            self._purges.note_missing(row)

    def _note(self, row: Row) -> None:
        """Remember what later entries and the end of the walk need of this one."""
        if row.kind == "genesis" and row.sequence == 1:
            self.report.log = str(content_of(row).get("log", ""))
        elif row.kind == "checkpoint":
            self._purges.note_checkpoint(row)
            self._named_keys |= dict.fromkeys(_named_key(row))
        elif row.kind == "purge":
            self._add(self._purges.note_purge(row))
        if row.sequence in self._wanted:
            self._covered[row.sequence] = row
        if (
            row.at < self._time
            and len(self.report.notes) < MOST_NAMED
            and _went_back(self._time, row.at)
        ):
            self.report.notes.append(f"time went back at entry {row.sequence}")
        self._time = row.at

    def _check_checkpoint(self, checkpoint: Checkpoint, keys: Sequence[Key]) -> None:
        """Compare the log with a checkpoint, if the checkpoint itself is genuine."""
        sequence, report = checkpoint.sequence, self.report
        row = self._covered.get(sequence)
        known = keys or tuple(self._named_keys)
        is_signed = any(is_signed_by(checkpoint, key) for key in known)
        # It names a known key, but that key did not sign it.
        is_forged = not is_signed and any(names_key(checkpoint, key) for key in known)
        if is_forged or (keys and not is_signed):
            report.add(fault("checkpoint", sequence, NOT_SIGNED))
        elif report.log and checkpoint.log != report.log:
            report.add(fault("checkpoint", sequence, "it was made of another log"))
        elif row is None:
            detail = (
                f"the log ends at entry {report.last}, the checkpoint covers entry"
                f" {sequence}"
            )
            report.add(fault("cut off", report.last + 1, detail, sequence))
        elif row.hash != checkpoint.hash:
            detail = (
                "its hash is not the checkpoint's: this entry, or one before it, was"
                " changed after the checkpoint was made"
            )
            report.add(fault("rewritten", sequence, detail))
        elif not any(is_signed_by(checkpoint, key) for key in keys or _named_key(row)):
            report.add(fault("checkpoint", sequence, NOT_SIGNED))


def _named_key(row: Row) -> Sequence[Key]:
    """Return the key that a checkpoint entry names; empty if it is none."""
    try:
        return (read_key(str(content_of(row).get("key", ""))),)
    except BadNote:
        return ()


def _went_back(before: str, now: str) -> bool:
    """Tell if time went back by more than concurrent requests explain."""
    try:
        step_back = datetime.fromisoformat(before) - datetime.fromisoformat(now)
    except (ValueError, TypeError):
        return False
    return step_back > timedelta(minutes=1)
