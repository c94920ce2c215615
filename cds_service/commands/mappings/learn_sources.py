"""Sources of `mappings learn`: calls, exports, audit entries, charts of servers."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from cds_service.audit.chain import is_probe
from cds_service.commands import options
from cds_service.errors import CdsError, FhirReadError
from cds_service.fhir.learning.answer_costs import Key, Kind, Record
from cds_service.fhir.learning.learning import LIST_CODES, ORDER_CODES
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.lookup import identify_server
from cds_service.outgoing import Connections
from cds_service.outgoing.address import parse_base
from cds_service.population import bulk
from cds_service.protocol.json_text import JsonTextError, decode_json
from cds_service.protocol.messages import is_fhir_id
from cds_service.settings import read_settings

SECONDS = 60.0  # for the record of one patient; no caller waits
TYPES = ("Observation", *ORDER_CODES, *LIST_CODES)
OF_EXPORT = frozenset({"Patient", "Medication", *TYPES})
TO_BE_DONE = ("active", "draft")
LINES = (".ndjson", ".jsonl", ".gz")
# The kind of code of a near miss in the audit log. Others are left out: an order that
# was understood by its words cost nothing, and the elements of a brace are no codes.
NEAR_MISSES: Mapping[str, Kind] = {
    "order-not-taken": "order",
    "t-score": "measure",
    "problem": "problem",
}


def records_of_files(paths: Iterable[Path]) -> Iterator[Record]:
    """Yield each call, chart and audit entry in these files and folders.

    Raises:
        CdsError: a file cannot be read, or no file holds any of these.
    """
    is_anything_read = False
    files = [file for path in paths for file in _files_of(path)]
    for file in files:
        if fault := options.fault_of(file):
            raise CdsError(fault)
    exports = [file for file in files if _is_export(file)]
    for file in (file for file in files if file not in exports):
        records = _of_lines(file) if file.suffix in LINES else [_of_file(file)]
        for record in records:
            if record.resources or record.is_logged:
                is_anything_read = True
                yield record
            elif record.drafts is not None:
                options.print_note(
                    f"{file}: a call without orders and prefetch; skipped. Its record"
                    " is on its FHIR server: give that address"
                )
            else:
                options.print_note(f"{file}: no call and no resource; skipped")
    if exports:
        yield from _of_export(exports)
    elif files and not is_anything_read:
        raise CdsError("no call, chart or entry with something to learn from")


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    kinds = (".json", *LINES)
    files = sorted(file for file in path.rglob("*") if file.suffix in kinds)
    if not files:
        raise CdsError(f"{path}: no file *.json, *.ndjson or *.jsonl")
    return files


def _first_line(file: Path) -> Any:
    """Return the first line of a file of lines, as JSON; None of any other."""
    if file.suffix not in LINES or not file.is_file():
        return None
    lines = (line.strip() for line in bulk.lines_in(_whole(file)))
    try:
        return decode_json(next((line for line in lines if line), b"null"))
    except JsonTextError:
        return None


def _whole(file: Path) -> bulk.Chunk:
    size = None if file.suffix == ".gz" else file.stat().st_size
    return bulk.Chunk(file, 0, size)


def _is_export(file: Path) -> bool:
    first = _first_line(file)
    kind = text(member(first, "resourceType"))
    return bool(kind) and kind != "Bundle"


def _of_file(file: Path) -> Record:
    """Return the one call or chart in a JSON document."""
    try:
        return record_of(decode_json(file.read_bytes()))
    except OSError as error:
        raise CdsError(f"{file}: cannot be read ({error.strerror})") from None
    except JsonTextError as error:
        raise CdsError(f"{file}: {error}") from None


def _of_lines(file: Path) -> Iterator[Record]:
    """Yield calls, charts or audit entries of a file; note each broken line."""
    if not file.is_file():
        raise CdsError(f"{file}: cannot be read (No such file or directory)")
    for number, line in enumerate(bulk.lines_in(_whole(file)), start=1):
        if not line.strip():
            continue
        try:
            document = decode_json(line)
        except JsonTextError as error:
            options.print_note(f"{file}:{number}: {error}; skipped")
            continue
        if isinstance(document, dict) and "commitment" in document:
            yield from _of_entry(document)
        elif not (isinstance(document, dict) and "manifest" in document):
            yield record_of(document)


def record_of(document: Any) -> Record:
    """Return the resources of a call or a chart; of a call, its orders too.

    These are its drafts; when a chart is opened, the orders still to be done.
    """
    resources = tuple(_resources_in([document]))
    if not (isinstance(document, dict) and "hook" in document):
        return Record(resources)
    orders = tuple(_resources_in([document.get("context")]))
    if document["hook"] == "patient-view":
        orders = tuple(
            resource for resource in resources if resource.get("status") in TO_BE_DONE
        )
    return Record(resources, orders)


def _resources_in(documents: Sequence[Any]) -> Iterator[Json]:
    """Yield every resource anywhere in JSON: of draft orders, prefetch, a Bundle."""
    waiting = [*documents]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if "resourceType" in node:
                yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _of_entry(line: Json) -> Iterator[Record]:
    """Yield the record of an exported entry, if it is an answer or has near misses."""
    payload = line.get("payload")
    facts = member(payload, "facts")
    content = member(payload, "content")
    if is_probe(text(member(facts, "user")), text(member(facts, "patient"))):
        return
    missed: list[Key] = []
    for miss in objects(member(content, "nearMisses")):
        kind = NEAR_MISSES.get(text(miss.get("kind")))
        system, code = text(miss.get("system")), text(miss.get("code"))
        if kind and code and not code.startswith("("):  # none, or not shown
            missed.append((kind, system, code))
    if (line.get("kind") == "answer" and member(content, "order")) or missed:
        yield Record(missed=missed, is_logged=True)


def _of_export(files: Sequence[Path]) -> Iterator[Record]:
    """Yield the chart of each patient of a Bulk Data export, one after the other."""
    with TemporaryDirectory(prefix="kyphoplasty-cds-") as folder:
        patients = bulk.by_patient(
            files, Path(folder), OF_EXPORT, lambda bad: options.print_note(str(bad))
        )
        for _, lines in patients:
            yield Record(tuple(map(bulk.read_line, lines)))


def records_of_server(
    base: str, patients: Sequence[str], limit: int, token: str | None
) -> Iterator[Record]:
    """Yield the chart of each patient; note and leave out what the server refuses.

    Raises:
        CdsError: it is not an address, or the server lists no patients.
    """
    try:
        address = parse_base(base).url
    except ValueError as error:
        raise CdsError(f"{base}: {error}") from None
    connections = Connections(max_record_bytes=read_settings().max_record_bytes)
    reader = FhirClient(address, token, connections=connections)
    identity = identify_server(reader, until=time.monotonic() + SECONDS)
    options.print_note(f"{address}: {identity.software or 'unknown server'}")
    faults: dict[str, None] = {}
    named = [{"id": name} for name in patients]
    for resource in named or _first_patients(reader, limit):
        patient = quote(text(resource.get("id")), safe="")
        queries = [f"Patient/{patient}"] if "resourceType" not in resource else []
        for kind in TYPES:
            parameter = "subject" if kind == "SupplyRequest" else "patient"
            queries.append(f"{kind}?{parameter}={patient}")
        read = (
            _read(FhirClient(address, token, connections=connections), query, faults)
            for query in queries
        )
        yield Record((resource, *chain.from_iterable(read)))
    for fault in faults:
        options.print_note(fault)


def _first_patients(reader: FhirClient, limit: int) -> list[Json]:
    try:
        page = reader.first_page(
            f"Patient?_count={limit}", until=time.monotonic() + SECONDS
        )
    except FhirReadError as error:
        raise CdsError(
            f"The server was asked for patients: {error}; name some with --patient."
        ) from None
    patients = (
        resource
        for resource in _resources_in(page.documents)
        if resource["resourceType"] == "Patient"
    )
    listed = [patient for patient in patients if is_fhir_id(patient.get("id"))][:limit]
    if not listed:
        raise CdsError("The server listed no patients; name some with --patient.")
    return listed


def _read(reader: FhirClient, query: str, faults: dict[str, None]) -> Iterator[Json]:
    kind = re.split(r"[/?]", query)[0]
    try:
        fetched = reader.fetch(query, until=time.monotonic() + SECONDS)
    except FhirReadError as error:
        faults[f"{kind}: {error}"] = None
        return
    if fetched.note:
        faults[f"{kind}: {fetched.note}"] = None
    yield from _resources_in(fetched.documents)
