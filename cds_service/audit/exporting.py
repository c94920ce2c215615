"""Exports entries as NDJSON, CSV, FHIR AuditEvents or HTI-1's table.

The export itself is logged first.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from pydantic.alias_generators import to_camel
from sqlalchemy import ColumnElement, Connection, and_, func, select

from cds_service.audit.appending import Clock, append_entries, read_head
from cds_service.audit.chain import FACTS, AuditEntry, seal
from cds_service.audit.checkpoint import Signer, signer_of
from cds_service.audit.database import Database
from cds_service.audit.feedback_entry import known_uuid, unlinked_id
from cds_service.audit.fhir_export import audit_event, export_event
from cds_service.audit.query import Query, conditions_of
from cds_service.audit.reader import Stored, stored_entries
from cds_service.audit.tables import ENTRIES, SEARCH
from cds_service.protocol.json_text import canonical_json

Format = Literal["ndjson", "csv", "fhir", "feedback"]
SIGNED = "kyphoplasty-cds audit export 1"
FORMATS: tuple[Format, ...] = ("ndjson", "csv", "fhir", "feedback")
TABLES: tuple[Format, ...] = ("csv", "feedback")
# The beginning of a cell that a spreadsheet takes for a formula. Where a comma is the
# decimal sign, a semicolon separates cells.
FORMULA = re.compile(r'(^|;)(?=[ "]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])')
OUTCOMES = {"refracture": "refracture", "residual-pain": "residualPain"}
COLUMNS = (
    "sequence",
    "id",
    "at",
    "kind",
    "service",
    "hookInstance",
    "client",
    "tenant",
    "user",
    "patient",
    "encounter",
    "status",
    "result",
    "reason",
    "partial",
    "warning",
    "refractureModel",
    "refractureRisk",
    "refractureBand",
    "residualPainModel",
    "residualPainRisk",
    "residualPainBand",
    "topic",
    "card",
    "about",
    "cards",
    "rules",
    "hash",
    # The figure that a card said; the columns of risks above are what was computed.
    "shown",
    "value-on-card",
    "model",
    "model-version",
    "digest",
)
# What the criterion 170.315(b)(11)(ii)(C) asks for.
FEEDBACK = ("intervention", "action", "user_feedback", "user", "date", "location")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export: the query, who asked, and the state of the log that it shows.

    Attributes:
        entry: id of the export's own entry.
        through: sequence of the last entry that may be exported: the head at the time
            of the request.
        last: sequence of the export's own entry.
        signer: signs the manifest.
    """

    query: Query
    format: Format
    user: str
    entry: str
    at: str
    through: int
    last: int
    signer: Signer


def begin_export(
    database: Database,
    query: Query,
    form: Format,
    user: str,
    clock: Clock,
    key_file: Path | None = None,
) -> Export:
    """Record the export; only then may entries be exported.

    Raises:
        DataFileError: the signing key cannot be used.
        DBAPIError: the entry could not be written.
    """
    if form == "feedback":
        query = replace(query, kinds=("feedback",))
    signer = signer_of(database, key_file, clock)
    with database.reading() as connection:
        through = read_head(connection).sequence
        matching = ENTRIES.outerjoin(SEARCH, SEARCH.c.sequence == ENTRIES.c.sequence)
        count = (
            connection.scalar(
                select(func.count())
                .select_from(matching)
                .where(_wanted(query, through))
            )
            or 0
        )
    content = {
        "format": form,
        "filter": query.to_json(),
        "count": count,
        "through": through,
    }
    sealed = seal(
        AuditEntry(
            kind="export", at=clock(), user=user, patient=query.patient, content=content
        )
    )
    with database.writing() as connection:
        last = append_entries(connection, [sealed], clock).sequence
    return Export(
        query=query,
        format=form,
        user=user,
        entry=sealed.id,
        at=sealed.at,
        through=through,
        last=last,
        signer=signer,
    )


def export_lines(database: Database, export: Export) -> Iterator[str]:
    """Stream the lines of an export from one snapshot of the database.

    The manifest comes last.
    """
    digest, count, first, last = hashlib.sha256(), 0, None, None
    with database.reading() as connection:
        passed_over: frozenset[str] = frozenset()
        if export.format == "feedback":
            wanted = _wanted(export.query, export.through)
            passed_over = _linked_later(connection, wanted)
            line_of: Callable[[Stored], str] = partial(
                _feedback_line, users=_users_of_answers(connection)
            )
        else:
            line_of = _LINES[export.format]
        if export.format in TABLES:
            columns = COLUMNS if export.format == "csv" else FEEDBACK
            yield _hashed(_csv_line(columns), digest)
        for stored in stored_entries(connection, _wanted(export.query, export.through)):
            if stored.id in passed_over:
                continue
            first = first or stored.sequence
            count, last = count + 1, stored.sequence
            yield _hashed(line_of(stored), digest)
        own = next(stored_entries(connection, ENTRIES.c.sequence == export.last))
    manifest = {
        "format": export.format,
        "count": count,
        "first": first,
        "last": last,
        "filter": export.query.to_json(),
        "by": export.user,
        "at": export.at,
        "export": export.entry,
        "head": {"sequence": own.sequence, "hash": own.hash},
        "sha256": digest.hexdigest(),  # of all bytes before this line
    }
    manifest["signature"] = export.signer.signature(
        f"{SIGNED}\n{canonical_json(manifest)}"
    )
    yield _manifest_line(export.format, own, manifest)


def safe_cell(value: Any) -> Any:
    """Return a cell in which no spreadsheet reads a formula, also after a semicolon.

    Numbers stay numbers.
    """
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _wanted(query: Query, through: int) -> ColumnElement[bool]:
    return and_(ENTRIES.c.sequence <= through, *conditions_of(query))


def _hashed(line: str, digest: Any) -> str:
    digest.update(line.encode())
    return line


def _ndjson_line(stored: Stored) -> str:
    """Return the entry with all that its hashes cover.

    A purged entry lacks `salt` and `payload`; a changed payload is text.
    """
    document: dict[str, Any] = {
        "sequence": stored.sequence,
        "id": stored.id,
        "at": stored.at,
        "kind": stored.kind,
        "format": stored.format,
        "commitment": stored.commitment,
        "previousHash": stored.previous_hash,
        "hash": stored.hash,
    }
    if stored.body is not None:
        document |= {
            "salt": stored.salt,
            "payload": json.loads(stored.body) if stored.is_whole else stored.body,
        }
    return canonical_json(document) + "\n"


def _table_line(stored: Stored) -> str:
    cells = {
        name: getattr(stored, name) for name in ("sequence", "id", "at", "kind", "hash")
    }
    cells |= {to_camel(name): getattr(stored, name) for name in FACTS} | _figures(
        stored.content
    )
    cells |= _shown_figures(stored.content)
    cells |= {
        "service": stored.service_id,
        "cards": " ".join(f"{card.topic}:{card.indicator}" for card in stored.cards),
        "rules": " ".join(rule for card in stored.cards for rule in card.rules),
    }
    values = (cells.get(name) for name in COLUMNS)
    return _csv_line(
        [int(value) if isinstance(value, bool) else value for value in values]
    )


def _users_of_answers(connection: Connection) -> Mapping[str, str]:
    """Return the user who saw each answer that has feedback.

    CDS Hooks feedback itself names no user.
    """
    answered = select(SEARCH.c.about).where(SEARCH.c.kind == "feedback")
    answers = select(ENTRIES.c.entry_id, SEARCH.c.user).join(
        SEARCH, SEARCH.c.sequence == ENTRIES.c.sequence
    )
    return {
        entry: user or ""
        for entry, user in connection.execute(
            answers.where(ENTRIES.c.entry_id.in_(answered))
        )
    }


def _linked_later(
    connection: Connection, wanted: ColumnElement[bool]
) -> frozenset[str]:
    """List unlinked entries of statements that came again and could be linked."""
    linked = (
        select(ENTRIES.c.entry_id)
        .join(SEARCH, SEARCH.c.sequence == ENTRIES.c.sequence)
        .where(SEARCH.c.kind == "feedback", SEARCH.c.about.is_not(None), wanted)
    )
    ids = (known_uuid(row.entry_id) for row in connection.execute(linked))
    return frozenset(str(unlinked_id(UUID(name))) for name in ids if name)


def _feedback_line(stored: Stored, users: Mapping[str, str]) -> str:
    """Return the line of a feedback entry; a purged entry has only its date."""
    content = stored.content
    accepted = content.get("acceptedRules")
    comments = (_reason(content), content.get("userComment"))
    return _csv_line(
        (
            " ".join(accepted or (stored.topic or "",)),
            stored.result,
            ": ".join(filter(None, comments)),
            users.get(stored.about or "", ""),
            content.get("outcomeTimestamp", stored.at),
            " ".join(filter(None, (stored.client, stored.tenant))),
        )
    )


def _reason(content: Mapping[str, Any]) -> str | None:
    """Return the code of an override's reason, with its system if the EHR added it."""
    foreign = content.get("foreignReason")
    if isinstance(foreign, Mapping):
        return f"{foreign['system']}|{foreign['code']}"
    return content.get("reason")


def _figures(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the headline and risk of each outcome for which one was shown."""
    columns: dict[str, Any] = {}
    for assessment in content.get("assessments", ()):
        headline = assessment.get("headline")
        prefix = OUTCOMES.get(assessment.get("outcome", ""))
        for model in assessment.get("models", ()):
            if prefix and headline is not None and model["model"] == headline:
                columns |= {
                    f"{prefix}Model": headline,
                    f"{prefix}Risk": model.get("risk", ""),
                }
    return columns


def _shown_figures(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the cards of an answer said; several figures one after another."""
    figures = content.get("shownFigures")
    if figures is None:
        return {}
    columns = {
        "value-on-card": "words",
        "model": "model",
        "model-version": "version",
        "digest": "digest",
    }
    cells = {
        name: "; ".join(figure[key] for figure in figures)
        for name, key in columns.items()
    }
    return {"shown": bool(figures), **cells}


def _csv_line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(
        [safe_cell(cell) for cell in cells]
    )
    return line.getvalue()


def _manifest_line(form: Format, own: Stored, manifest: Mapping[str, Any]) -> str:
    if form in TABLES:
        return _csv_line(["# manifest", canonical_json(manifest)])
    # every line of that file is a resource: the manifest is part of the export's own
    # event
    if form == "fhir":
        return canonical_json(export_event(own, manifest)) + "\n"
    return canonical_json({"manifest": manifest}) + "\n"


_LINES: Mapping[str, Callable[[Stored], str]] = {
    "ndjson": _ndjson_line,
    "csv": _table_line,
    "fhir": lambda stored: canonical_json(audit_event(stored)) + "\n",
}
