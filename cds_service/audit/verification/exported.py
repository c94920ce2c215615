"""Verify an NDJSON export (docs/audit-format.md, "Exports")."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cds_service.audit.verification.faults import cards_in, fault
from cds_service.audit.verification.hashes import FORMAT, commitment_of, link_of
from cds_service.audit.verification.notes import (
    BadNote,
    Key,
    is_signature_of,
    read_signature,
)
from cds_service.audit.verification.walk import KINDS, NEWER, Report

SIGNED = "kyphoplasty-cds audit export 1"


def verify_export(lines: Iterable[str], keys: Sequence[Key]) -> Report:
    """Verify each entry by its hashes, neighbours by their links, and the manifest.

    Someone who rewrites an export can recompute every hash, but not the signature of
    its manifest. If entries that match the manifest's filter were left out, only the
    log itself shows it.
    """
    report, digest, last = Report(), hashlib.sha256(), ""
    manifest: Mapping[str, Any] | None = None
    for line in lines:
        document = _document(line)
        if manifest is not None:
            detail = "a line follows the manifest, which should be the last"
            report.add(fault("inserted", report.last, detail))
            break
        if "manifest" in document:
            manifest = _manifest_of(line, document)
            continue
        digest.update(line.encode())
        _check(document, last, report)
        last = str(document.get("hash", ""))
        report.entries, report.hash = report.entries + 1, last
        report.last = _number(document.get("sequence"))
    if manifest is None:
        detail = "the manifest, the last line of an export, is missing"
        report.add(fault("cut off", report.last, detail))
    elif (
        manifest.get("sha256") != digest.hexdigest()
        or manifest.get("count") != report.entries
    ):
        detail = "the lines do not match the count and the hash of the manifest"
        report.add(fault("changed", report.last, detail))
    elif not _is_signed(manifest, keys):
        detail = "the manifest is not signed by the key of the log"
        report.add(fault("rewritten", report.last, detail))
    report.notes.append(
        "this checks the lines of the export; entries that it leaves out are checked"
        " with the log"
    )
    return report


def _manifest_of(line: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the manifest of this line; empty if the line holds anything else.

    No hash covers a member next to the manifest, or one that it repeats.
    """
    manifest = document["manifest"]
    is_canonical = line.removesuffix("\n") == _canonical(document)
    is_alone = document.keys() == {"manifest"}
    if is_canonical and is_alone and isinstance(manifest, dict):
        return manifest
    return {}


def _is_signed(manifest: Mapping[str, Any], keys: Sequence[Key]) -> bool:
    unsigned = {name: value for name, value in manifest.items() if name != "signature"}
    text = f"{SIGNED}\n{_canonical(unsigned)}"
    try:
        signature = read_signature(str(manifest.get("signature", "")))
    except BadNote:
        return False
    return any(is_signature_of(key, signature, text.encode()) for key in keys)


def _check(document: Mapping[str, Any], last: str, report: Report) -> None:
    sequence = _number(document.get("sequence"))
    names = ("id", "at", "kind", "commitment", "previousHash")
    entry_id, at, kind, commitment, previous = (
        str(document.get(name, "")) for name in names
    )
    link = link_of(sequence, entry_id, at, kind, commitment, previous)
    if link != document.get("hash"):
        report.add(fault("changed", sequence, "its fields do not give its hash"))
    elif sequence == report.last + 1 and report.entries and previous != last:
        detail = "its link is not the hash of the entry before"
        report.add(fault("rewritten", sequence, detail))
    elif str(document.get("format")) != FORMAT or kind not in KINDS:
        detail = f"this version has no such format or kind of entry: {NEWER}"
        report.add(fault("not known", sequence, detail))
    payload = document.get("payload")
    if payload is None:
        report.purged += 1
    elif not isinstance(payload, dict) or not _is_committed(document, payload):
        detail = "the payload is not the one that was written"
        report.add(fault("payload changed", sequence, detail))


def _is_committed(document: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    facts, cards = payload.get("facts"), cards_in(payload.get("cards"))
    if not isinstance(facts, dict) or cards is None:
        return False
    texts = {str(name): str(value) for name, value in facts.items()}
    commitment = commitment_of(
        str(document.get("salt", "")), texts, cards, _canonical(payload)
    )
    return commitment == document.get("commitment")


def _canonical(document: Any) -> str:
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )


def _document(line: str) -> Mapping[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
