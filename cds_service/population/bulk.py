"""Read a FHIR Bulk Data export, patient by patient.

An export has one resource per line and many files per type, in no order. The lines are
sorted into parts on disk by a hash of the patient, so that memory holds one share of
the patients and never the whole. A part is written to the end before it counts as done:
a run that was killed goes on with the parts that are missing.
"""

import gzip
import json
import os
import re
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from zlib import crc32

from fhir.resources.R4B import get_fhir_model_class

from cds_service.errors import CdsError
from cds_service.fhir.raw_json import member, objects, text
from cds_service.fhir.references import NO_BASE, Bases
from cds_service.protocol.json_text import (
    JsonTextError,
    decode_json,
    decode_unguarded,
    needs_no_guard,
)
from cds_service.protocol.messages import is_fhir_id

# Types that belong to no patient; a patient's resources refer to them by name.
SHARED = frozenset({"Medication", "Device"})
# Bytes; a longer line is no resource, and is passed over without being held.
LONGEST_LINE = 64 * 1024 * 1024
READ_BYTES = 256 * 1024  # at once
MOST_UNPACKED = 200  # times the packed bytes; FHIR packs ten to forty to one
BATCH_LINES = 200  # looked at together: some 100 KB
CHUNK_BYTES = 32 * 1024 * 1024  # of a file, read at once by one process
# Of the export: the share of patients that is held in memory.
BUCKET_BYTES = 32 * 1024 * 1024
MOST_BUCKETS = 512
SHARED_FILE = "shared.sqlite3"
PATIENT = re.compile(
    r"(?:Patient/|urn:uuid:)([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?",
    re.ASCII,
)
NAMES = re.compile(rb'"(?:[^"\\]*/)?((?:Medication|Device)/[A-Za-z0-9\-.]{1,64})["/]')
# A slash, or a letter of a name, as JSON may escape it.
ESCAPED = re.compile(rb"\\(?:/|u00[2-7])")
# Begins a line that was set aside: nothing is read from it, but it may be the newer
# version of a resource from which something is.
ASIDE = b" "
NO_JSON_OBJECT = "not a FHIR resource: no JSON object with a resourceType"


class LineError(ValueError):
    """The line is no FHIR resource. The message repeats nothing of it."""


class BadLine(NamedTuple):
    """A line that was skipped, by file and number, from 1."""

    file: str
    number: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {self.why}; skipped"


# --- files


def export_files(paths: Iterable[Path], types: Collection[str]) -> tuple[Path, ...]:
    """List the files to read, in a fixed order.

    In a folder, these are all `*.ndjson` that may hold the types.

    Raises:
        CdsError: there is none.
    """
    files: set[Path] = set()
    for path in paths:
        if path.is_dir():
            for file in (*path.rglob("*.ndjson"), *path.rglob("*.ndjson.gz")):
                kind = type_of(file)
                if file.is_file() and (not kind or kind in types):
                    files.add(file)
        elif path.is_file():
            files.add(path)
        else:
            raise CdsError(f"{path}: no such file or folder")
    if not files:
        raise CdsError("no file *.ndjson with resources that we read")
    return tuple(sorted(files))


def no_patient_in(paths: Iterable[Path]) -> str:
    """Return the error of files that are no export: nobody is in them."""
    return f"no Patient in {', '.join(map(str, paths))}"


def type_of(file: Path) -> str:
    """Return the resource type that a file's name has, as `1.Patient_2.ndjson.gz`.

    Empty if it has none.
    """
    return next(
        (word for word in re.findall(r"[A-Z][A-Za-z]+", file.name) if _is_type(word)),
        "",
    )


@cache
def _is_type(word: str) -> bool:
    try:
        return get_fhir_model_class(word) is not None
    except KeyError:
        return False


# --- lines

# A test of an Observation's line: may it hold a code that we read?
Look = Callable[[bytes], bool]


class Head(NamedTuple):
    """The type of a resource, and whose it is.

    Attributes:
        patient: the id; empty if the resource names none that is certain.
        name: `Medication/12`, by which others refer to a shared resource; empty if it
            belongs to a patient.
    """

    kind: str
    patient: str
    name: str = ""


def read_line(line: bytes) -> dict[str, Any]:
    """Read the resource in a line; what was set aside is read as it was then.

    Raises:
        LineError: it is no JSON object with a `resourceType`.
    """
    decode = decode_unguarded if line.startswith(ASIDE) else decode_json
    return _resource(line, decode)


def _resource(line: bytes, decode: Callable[[bytes], Any]) -> dict[str, Any]:
    try:
        raw = decode(line)
    except JsonTextError as error:
        raise LineError(str(error)) from None
    if not isinstance(raw, dict) or not text(raw.get("resourceType")):
        raise LineError(NO_JSON_OBJECT)
    return raw


def head_of(raw: Mapping[str, Any], bases: Bases = NO_BASE) -> Head:
    """Return the type of a resource, and whose it is.

    A patient is named by a relative reference or a `urn:uuid:`; by an absolute one only
    under `bases`: an id on another server is another person.
    """
    kind = raw["resourceType"]
    if kind in SHARED or kind == "Patient":
        own_id = raw["id"] if is_fhir_id(raw.get("id")) else ""
        if kind == "Patient":
            return Head(kind, own_id)
        return Head(kind, "", f"{kind}/{own_id}")
    if kind == "Appointment":
        named = (
            text(member(participant, "actor", "reference"))
            for participant in objects(raw.get("participant"))
        )
        patients = {_patient_of(reference, bases) for reference in named} - {""}
        return Head(kind, patients.pop() if len(patients) == 1 else "")
    subject = raw.get("subject") or raw.get("patient")
    return Head(kind, _patient_of(text(member(subject, "reference")), bases))


def _patient_of(reference: str, bases: Bases) -> str:
    if plain := PATIENT.fullmatch(reference):
        return plain[1]
    name = bases.name_of(reference) if bases.addresses else ""
    return name.removeprefix("Patient/") if name.startswith("Patient/") else ""


def take_line(line: bytes, look: Look, bases: Bases = NO_BASE) -> tuple[Head, bytes]:
    """Return the head of a line, and the line as it is kept.

    An Observation from which nothing is read is set aside.

    Raises:
        LineError: it is no JSON object with a `resourceType`.
    """
    head = _head_in(line, look, bases)
    return head, _as_kept(line, head, look)


def _head_in(line: bytes, look: Look, bases: Bases = NO_BASE) -> Head:
    """Return the head of a line.

    An Observation from which nothing is read is decoded without a guard.

    Raises:
        LineError: it is no JSON object with a `resourceType`.
    """
    if needs_no_guard(line):  # nearly all
        return head_of(_resource(line, decode_unguarded), bases)
    if line.find(b'"Observation"') >= 0 and not look(line):
        raw = _resource(line, decode_unguarded)
        if raw["resourceType"] == "Observation":
            return head_of(raw, bases)
    return head_of(_resource(line, decode_json), bases)


def _as_kept(line: bytes, head: Head, look: Look) -> bytes:
    """Return the line, set aside if it is an Observation from which nothing is read."""
    is_ours = head.kind != "Observation" or look(line)
    return line if is_ours else ASIDE + line


def shared_names(line: bytes) -> list[str]:
    """Name what a line may refer to, as `Medication/12`; nothing of one set aside."""
    if line.startswith(ASIDE):
        return []
    if ESCAPED.search(line):
        line = json.dumps(read_line(line), ensure_ascii=False).encode()
    if not (b"Medication/" in line or b"Device/" in line):  # nearly all
        return []
    return [name.decode() for name in NAMES.findall(line)]


# --- parts on disk


class Chunk(NamedTuple):
    """A stretch of a file: the lines that begin in it.

    `end` is None for a compressed file, read as a whole.
    """

    file: Path
    start: int
    end: int | None


@dataclass(slots=True, kw_only=True)
class PartReport:
    """The report on one chunk.

    Attributes:
        offsets: where each bucket begins in the part, then where the shared resources
            begin and end.
        bad: lines that were skipped, by their number in the chunk from 1, and why.
        kinds: lines by resource type.
        ownerless: lines that name no patient who is certain, by resource type.
    """

    offsets: list[int] = field(default_factory=list)
    lines: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    ownerless: dict[str, int] = field(default_factory=dict)


def chunks_of(files: Iterable[Path], size: int = CHUNK_BYTES) -> list[Chunk]:
    """Return the files in stretches that one process reads at once."""
    chunks: list[Chunk] = []
    for file in files:
        if file.suffix == ".gz":
            chunks.append(Chunk(file, 0, None))
        else:
            whole = file.stat().st_size
            chunks += [
                Chunk(file, start, min(start + size, whole))
                for start in range(0, max(whole, 1), size)
            ]
    return chunks


def bucket_count(files: Iterable[Path]) -> int:
    """Return the number of shares of the patients, so that each fits in memory."""
    size = sum(
        file.stat().st_size * (10 if file.suffix == ".gz" else 1) for file in files
    )
    return min(max(8, -(-size // BUCKET_BYTES)), MOST_BUCKETS)


def lines_in(chunk: Chunk) -> Iterator[bytes]:
    """Yield the lines of a chunk, in order; blank ones too, since they count.

    Raises:
        CdsError: a compressed file is broken, or unpacks to far more than FHIR does.
    """
    if chunk.end is None:
        yield from _unpacked(chunk.file)
        return
    with chunk.file.open("rb", buffering=READ_BYTES) as source:
        place, read = _begin(source, chunk.start), source.readline
        while place < chunk.end and (line := read(LONGEST_LINE)):
            length = len(line)
            if length == LONGEST_LINE:  # all but never
                line, length = _without_long(source, line)
            place += length
            yield line


def batches_in(chunk: Chunk) -> Iterator[list[bytes]]:
    """Yield the lines of a chunk, many at once."""
    lines = lines_in(chunk)
    while batch := list(islice(lines, BATCH_LINES)):
        yield batch


def _unpacked(file: Path) -> Iterator[bytes]:
    left = MOST_UNPACKED * file.stat().st_size + LONGEST_LINE
    try:
        with gzip.open(file) as packed:
            line, length = _next_line(packed)
            while length:
                left -= length
                if left < 0:
                    raise CdsError(
                        f"{file}: unpacks to more than {MOST_UNPACKED} times its size;"
                        " unpack it first"
                    )
                yield line
                line, length = _next_line(packed)
    except (OSError, EOFError, zlib.error):
        raise CdsError(f"{file}: cannot be unpacked") from None


def _next_line(source: BinaryIO | gzip.GzipFile) -> tuple[bytes, int]:
    """Return the next line and its bytes in the file.

    A line that is too long is replaced by text that is not JSON.
    """
    line = source.readline(LONGEST_LINE)
    if len(line) < LONGEST_LINE:
        return line, len(line)
    return _without_long(source, line)


def _without_long(source: BinaryIO | gzip.GzipFile, line: bytes) -> tuple[bytes, int]:
    """Pass over the rest of a line that is too long, given its beginning."""
    length = len(line)
    while line and not line.endswith(b"\n"):
        line = source.readline(LONGEST_LINE)
        length += len(line)
    return b"{", length


def _begin(source: BinaryIO, start: int) -> int:
    """Go to the first line that begins at `start` or after it."""
    if start == 0:
        return 0
    source.seek(start - 1)
    return start - 1 + _next_line(source)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChoice:
    """The choice of lines that are kept of an export.

    Attributes:
        buckets: number of shares of the patients.
        types: resource types that are kept; others are passed over.
        look: the test of Observations; those that fail it are set aside.
        bases: bases of the server that made the export, if absolute references are to
            count.
        treated: ids of the patients whose lines are kept; of others the id alone is
            kept. None keeps the lines of all.
    """

    buckets: int
    types: Collection[str]
    look: Look = lambda _line: True
    bases: Bases = NO_BASE
    treated: Collection[str] | None = None


def write_part(chunk: Chunk, part: Path, choice: LineChoice) -> PartReport:
    """Sort the lines of a chunk by bucket into `part`.

    The part counts once its report (`.json`, next to it) is written.
    """
    buckets, types, treated = choice.buckets, choice.types, choice.treated
    batches: list[list[bytes]] = [[] for _ in range(buckets + 1)]
    others: set[str] = set()
    report = PartReport()
    kinds, ownerless = report.kinds, report.ownerless
    for number, line in enumerate(map(bytes.strip, lines_in(chunk)), start=1):
        report.lines = number
        if not line:
            continue
        try:
            head = _head_in(line, choice.look, choice.bases)
        except LineError as error:
            report.bad.append((number, str(error)))
            continue
        kind, patient, name = head
        kinds[kind] = kinds.get(kind, 0) + 1
        if name:
            batches[-1].append(name.encode() + b"\t" + line + b"\n")
        elif kind in types and patient:
            if treated is None or patient in treated:
                owner, written = patient.encode(), _as_kept(line, head, choice.look)
                batches[crc32(owner) % buckets].append(owner + b"\t" + written + b"\n")
            else:
                others.add(patient)
        elif kind in types:
            ownerless[kind] = ownerless.get(kind, 0) + 1
    for owner in map(str.encode, others):
        batches[crc32(owner) % buckets].append(owner + b"\t\n")
    with replaced(part) as target:
        for lines in batches:
            report.offsets.append(target.tell())
            target.write(b"".join(lines))
        report.offsets.append(target.tell())
    with replaced(part.with_suffix(".json")) as target:
        target.write(json.dumps(asdict(report)).encode())
    return report


@contextmanager
def replaced(file: Path) -> Iterator[BinaryIO]:
    """Open a new file that takes its place once it is whole.

    Only its owner may read it. Another process may write the same at the same time.
    """
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(
        os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
    ) as target:
        yield target
    unfinished.replace(file)


def read_report(part: Path) -> PartReport | None:
    """Read the report of a part that was written to the end; None otherwise."""
    try:
        report = json.loads(part.with_suffix(".json").read_bytes())
    except FileNotFoundError:
        return None
    return PartReport(
        **{**report, "bad": [(number, why) for number, why in report["bad"]]}
    )


def read_bucket(
    parts: Mapping[Path, PartReport], bucket: int
) -> dict[str, list[bytes]]:
    """Read the lines of each patient of a share, patients and lines in order.

    A patient whose lines were not kept has an empty list.
    """
    lines_of: dict[str, list[bytes]] = {}
    for line in _stretches(parts, bucket):
        owner, content = line.split(b"\t", 1)
        lines = lines_of.setdefault(owner.decode(), [])
        if content:
            lines.append(content)
    return {owner: sorted(lines) for owner, lines in sorted(lines_of.items())}


def _stretches(parts: Mapping[Path, PartReport], bucket: int) -> Iterator[bytes]:
    for part, report in sorted(parts.items()):
        start, end = report.offsets[bucket : bucket + 2]
        if end > start:
            with part.open("rb") as source:
                source.seek(start)
                yield from source.read(end - start).split(b"\n")[:-1]


class SharedResources:
    """Medications and Devices of the export by name, in a file.

    There may be one for each prescription.
    """

    def __init__(self, file: Path) -> None:
        """Open the file that `write_shared` made."""
        self._database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)

    def of(self, lines: Iterable[bytes]) -> list[bytes]:
        """Return the resources that these lines refer to, in order."""
        names = sorted({name for line in lines for name in shared_names(line)})
        answers = (
            self._database.execute("SELECT line FROM shared WHERE name = ?", (name,))
            for name in names
        )
        return sorted({row[0] for rows in answers for row in rows})


def write_shared(parts: Mapping[Path, PartReport], file: Path) -> None:
    """Index the shared resources of all parts, unless that was done."""
    if file.exists():
        return
    unfinished = file.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(unfinished)) as database, database:
        database.execute("CREATE TABLE shared (name TEXT, line BLOB)")
        last = len(next(iter(parts.values())).offsets) - 2 if parts else 0
        rows = (line.split(b"\t", 1) for line in _stretches(parts, last))
        database.executemany(
            "INSERT INTO shared VALUES (?, ?)",
            ((name.decode(), line) for name, line in rows),
        )
        database.execute("CREATE INDEX by_name ON shared (name)")
    unfinished.replace(file)


def bad_lines(chunks: Iterable[Chunk], reports: Iterable[PartReport]) -> list[BadLine]:
    """Return the lines that were skipped, by file and line number."""
    before: Counter[Path] = Counter()
    bad: list[BadLine] = []
    for chunk, report in zip(chunks, reports, strict=True):
        bad += [
            BadLine(str(chunk.file), before[chunk.file] + number, why)
            for number, why in report.bad
        ]
        before[chunk.file] += report.lines
    return bad


def by_patient(
    files: Sequence[Path],
    folder: Path,
    types: Collection[str],
    say: Callable[[BadLine], None],
    bases: Bases = NO_BASE,
) -> Iterator[tuple[str, list[bytes]]]:
    """Yield each patient of the export, with all lines and shared resources.

    All work is done in this process.

    Args:
        files: files of the export.
        folder: an empty one, for the parts.
        types: to read.
        say: called with every line that is skipped.
        bases: bases of the server that made the export.
    """
    buckets, chunks = bucket_count(files), chunks_of(files)
    choice = LineChoice(buckets=buckets, types=types, bases=bases)
    parts = {}
    for place, chunk in enumerate(chunks):
        part = folder / f"{place:05}.part"
        parts[part] = write_part(chunk, part, choice)
    for bad in bad_lines(chunks, list(parts.values())):
        say(bad)
    write_shared(parts, folder / SHARED_FILE)
    shared = SharedResources(folder / SHARED_FILE)
    for bucket in range(buckets):
        for patient, lines in read_bucket(parts, bucket).items():
            yield patient, [*lines, *shared.of(lines)]
