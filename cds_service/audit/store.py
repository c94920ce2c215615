"""The audit log in a database: SQLite by default, PostgreSQL by address."""

from __future__ import annotations

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, Text, create_engine, event, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cds_service.audit.chain import GENESIS, AuditEntry, canonical_json, chain_hash
from cds_service.errors import AuditUnavailable

METADATA = MetaData()
ENTRIES = Table(
    "audit_entry",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("hook_instance", String(36), nullable=False, index=True),
    Column("patient", String(64), nullable=False, index=True),
    Column("text", Text, nullable=False),
    # UNIQUE: two writers cannot follow the same entry, so that the chain never forks; the loser tries again.
    Column("previous_hash", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
)
TRIES = 5


class AuditStore:
    """An `AuditLog` over SQLAlchemy.

    The table is made at first need. Every append is one transaction that is on disk when it returns.
    """

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(database_url, pool_pre_ping=True)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _make_durable)
        self._is_ready = False

    def append(self, entry: AuditEntry) -> None:
        """Keep the entry as the last link of the chain.

        Raises:
            AuditUnavailable: the database did not take it.
        """
        try:
            self._prepare()
            for _ in range(TRIES):
                if _append_once(self._engine, entry):
                    return
        except SQLAlchemyError as error:
            # The message of the driver may repeat the row, so only its kind is said.
            raise AuditUnavailable(f"The audit entry could not be written ({type(error).__name__}).") from None
        raise AuditUnavailable("The audit entry could not be written (too many writers at once).")

    def rows(self) -> list[tuple[int, str, str, str]]:
        """All rows in order: sequence, text, previous hash, hash."""
        self._prepare()
        columns = (ENTRIES.c.sequence, ENTRIES.c.text, ENTRIES.c.previous_hash, ENTRIES.c.hash)
        with self._engine.connect() as connection:
            found = connection.execute(select(*columns).order_by(ENTRIES.c.sequence))
            return [(row.sequence, row.text, row.previous_hash, row.hash) for row in found]

    def _prepare(self) -> None:
        if not self._is_ready:
            METADATA.create_all(self._engine)
            self._is_ready = True


def _append_once(engine: Engine, entry: AuditEntry) -> bool:
    """Append behind the last row; False when another writer was faster."""
    text = canonical_json(entry)
    try:
        with engine.begin() as connection:
            query = select(ENTRIES.c.sequence, ENTRIES.c.hash).order_by(ENTRIES.c.sequence.desc()).limit(1)
            last = connection.execute(query).first()
            sequence, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
            connection.execute(
                ENTRIES.insert().values(
                    sequence=sequence,
                    at=entry.at.isoformat(timespec="milliseconds"),
                    kind=entry.kind,
                    hook_instance=entry.hook_instance,
                    patient=entry.patient,
                    text=text,
                    previous_hash=previous,
                    hash=chain_hash(previous, sequence, text),
                )
            )
    except IntegrityError:
        return False
    return True


def _make_durable(connection: object, _record: object) -> None:
    """SQLite: readers do not block, an entry is on disk at commit, and a busy writer is waited for."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for setting in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=2000"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
