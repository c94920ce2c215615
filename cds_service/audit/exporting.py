"""Export entries as NDJSON, CSV, FHIR AuditEvents or HTI-1's table.

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
# The columns that the criterion 170.315(b)(11)(ii)(C) asks for.
FEEDBACK = ("intervention", "action", "user_feedback", "user", "date", "location")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export: the query, who asked, and the state of the log that it shows.

    Attributes:
        entry: id of the export's own entry.
        at: time of that entry.
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
        joined = ENTRIES.outerjoin(SEARCH, SEARCH.c.sequence == ENTRIES.c.sequence)
        matching = (
            select(func.count()).select_from(joined).where(_wanted(query, through))
        )
        count = connection.scalar(matching) or 0
    content = {
        "format": form,
        "filter": query.to_json(),
        "count": count,
        "through": through,
    }
    entry = AuditEntry(
        kind="export", at=clock(), user=user, patient=query.patient, content=content
    )
    sealed = seal(entry)
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
    wanted = _wanted(export.query, export.through)
    with database.reading() as connection:
        left_out: frozenset[str] = frozenset()
        if export.format == "feedback":
            left_out = _linked_later(connection, wanted)
            line_of: Callable[[Stored], str] = partial(
                _feedback_line, users=_users_of_answers(connection)
            )
        else:
            line_of = _LINES[export.format]
        if export.format in TABLES:
            columns = COLUMNS if export.format == "csv" else FEEDBACK
            yield _hashed(_csv_line(columns), digest)
        for stored in stored_entries(connection, wanted):
            if stored.id in left_out:
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
    """Return the cell with an apostrophe before all that a spreadsheet may compute.

    A formula may begin the cell, or follow a semicolon. Numbers stay numbers.
    """
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _wanted(query: Query, through: int) -> ColumnElement[bool]:
    return and_(ENTRIES.c.sequence <= through, *conditions_of(query))


def _hashed(line: str, digest: Any) -> str:
    """Add the line to the digest, and return it."""
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
    places = ("sequence", "id", "at", "kind", "hash")
    cells = {name: getattr(stored, name) for name in places}
    cells |= {to_camel(name): getattr(stored, name) for name in FACTS}
    cells |= _figures(stored.content)
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
    """Return the ids of unlinked entries whose statement came again and was linked."""
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
    """Return the figures that the cards of an answer said, joined by semicolons."""
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
    # Every line of that file must be a resource, so the manifest is a part of the
    # event of the export itself.
    if form == "fhir":
        return canonical_json(export_event(own, manifest)) + "\n"
    return canonical_json({"manifest": manifest}) + "\n"


_LINES: Mapping[str, Callable[[Stored], str]] = {
    "ndjson": _ndjson_line,
    "csv": _table_line,
    "fhir": lambda stored: canonical_json(audit_event(stored)) + "\n",
}
