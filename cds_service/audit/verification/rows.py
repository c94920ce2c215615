"""Read the log's raw rows in order, some hundreds at a time.

SQLite is read with the standard library, PostgreSQL with psycopg.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from cds_service.audit.verification.hashes import Card

ENTRIES = (
    "SELECT e.sequence, e.entry_id, e.at, e.kind, e.format, e.commitment,"
    " e.previous_hash, e.hash, p.salt, p.body, s.* FROM audit_entry e LEFT JOIN"
    " audit_payload p ON p.sequence = e.sequence LEFT JOIN audit_search s ON s.sequence"
    " = e.sequence ORDER BY e.sequence"
)
CARDS = (
    "SELECT sequence, position, card, topic, indicator, rules FROM audit_card WHERE"
    " sequence BETWEEN {first} AND {last} ORDER BY sequence, position"
)
STRAY = (
    "SELECT sequence FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE"
    " e.sequence = t.sequence) ORDER BY sequence LIMIT 100"
)
KEPT_APART = ("audit_payload", "audit_search", "audit_card")
TABLES = ("audit_entry", *KEPT_APART)
# A view, a rule or a policy may show one reader what it keeps from another.
ORDINARY_IN_SQLITE = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
)
ORDINARY_IN_POSTGRESQL = (
    "SELECT relname FROM pg_class WHERE oid = to_regclass('{table}') AND relkind = 'r'"
    " AND NOT relhasrules AND NOT relrowsecurity"
)
# The steps of the tables whose entries this version understands.
STEPS = ("0001", "0002", "0003", "0004")
VERSION = "audit_version"
FACTS = 10  # place of the first column of audit_search in `ENTRIES`
NUMBERS = {"status", "partial", "warning"}  # all other facts are texts
AT_ONCE = 500  # rows
LONGEST_STEP = 32  # characters that are repeated; a step has four
Cells = tuple[Any, ...]


class NoLog(Exception):
    """There is no audit log there, or it cannot be read; the message says which."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry with its rows in the other tables.

    Attributes:
        salt: None if there is no payload.
        facts: the values of audit_search by name, without NULLs; None if it has no row.
        copies: `at` and `kind` as audit_search repeats them; None if it has no row.
        are_cards_in_place: their positions count from 0.
    """

    sequence: int
    entry_id: str
    at: str
    kind: str
    format: str
    commitment: str
    previous_hash: str
    hash: str
    salt: str | None
    body: str | None
    facts: dict[str, str] | None
    copies: tuple[str, str] | None
    cards: tuple[Card, ...]
    are_cards_in_place: bool = True


class DamagedLog(Exception):
    """The file is, or was, a log, and SQLite cannot read on."""


Select = Callable[[str], Iterator[tuple[tuple[str, ...], list[Cells]]]]


@contextmanager
def open_log(database_url: str) -> Iterator[Select]:
    """Open a snapshot of this database's log, and yield a function that queries it.

    Raises:
        NoLog: there is none, or the database does not answer.
        DamagedLog: bytes of SQLite's file were overwritten or cut off.
    """
    is_sqlite = database_url.startswith("sqlite")
    open_database = _open_sqlite if is_sqlite else _open_postgresql
    try:
        with open_database(database_url) as select:
            yield select
    except sqlite3.Error as error:
        # The code of an extended result ends in that of its kind.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise DamagedLog("the file of the log is damaged") from None
        raise _no_log(error) from None


@contextmanager
def _open_sqlite(url: str) -> Iterator[Select]:
    # The writer reads escapes in the path too.
    path = Path(unquote(url.partition("///")[2].partition("?")[0]))
    try:
        is_file = path.is_file()
    except OSError as error:
        raise NoLog(f"{path} cannot be a log ({error.strerror})") from None
    if not is_file:
        raise NoLog(f"there is no file {path}")
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    with closing(
        sqlite3.connect(address, uri=True, isolation_level=None)
    ) as connection:
        # Even bytes that are not text must be reported as a fault.
        connection.text_factory = lambda octets: octets.decode(
            "utf-8", "surrogateescape"
        )
        connection.execute("BEGIN")

        def select(query: str) -> Iterator[tuple[tuple[str, ...], list[Cells]]]:
            cursor = connection.execute(query)
            names = tuple(column[0] for column in cursor.description)
            while rows := cursor.fetchmany(AT_ONCE):
                yield names, rows

        yield select


@contextmanager
def _open_postgresql(url: str) -> Iterator[Select]:
    import psycopg  # noqa: PLC0415 - not loaded for a log in SQLite

    _, _, address = url.partition("://")
    try:
        with psycopg.connect(
            f"postgresql://{address}", connect_timeout=5
        ) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            count = 0

            def select(query: str) -> Iterator[tuple[tuple[str, ...], list[Cells]]]:
                nonlocal count
                count += 1
                with connection.cursor(name=f"verify_{count}") as cursor:
                    cursor.execute(query)
                    columns = cursor.description or ()
                    names = tuple(column.name for column in columns)
                    while rows := cursor.fetchmany(AT_ONCE):
                        yield names, rows

            yield select
    except psycopg.Error as error:
        raise _no_log(error) from None
    except UnicodeError:
        raise NoLog("the database address names no valid server") from None


def _no_log(error: Exception) -> NoLog:
    return NoLog(f"there is no audit log that can be read ({type(error).__name__})")


def read_stray(select: Select) -> Iterator[tuple[str, int]]:
    """Yield table and sequence of rows without an entry.

    The sequence is 0 if it is not a number.
    """
    for table in KEPT_APART:
        for _, rows in select(STRAY.format(table=table)):
            for (sequence,) in rows:
                yield table, sequence if type(sequence) is int else 0


def find_disguised(select: Select, *, is_sqlite: bool) -> list[str]:
    """List the log tables that are not ordinary tables: a view, for example."""
    query = ORDINARY_IN_SQLITE if is_sqlite else ORDINARY_IN_POSTGRESQL
    return [
        table
        for table in TABLES
        if not any(rows for _, rows in select(query.format(table=table)))
    ]


def unknown_step(select: Select, *, is_sqlite: bool) -> str | None:
    """Say which step the tables are at; None if this version knows it."""
    query = ORDINARY_IN_SQLITE if is_sqlite else ORDINARY_IN_POSTGRESQL
    if not any(rows for _, rows in select(query.format(table=VERSION))):
        return f"{VERSION} is missing"
    steps = [
        _text(row[0])
        for _, rows in select(f"SELECT version_num FROM {VERSION}")  # noqa: S608
        for row in rows
    ]
    if len(steps) == 1 and steps[0] in STEPS:
        return None
    # A text from the database, which may hold control characters.
    named = " and ".join(ascii(step[:LONGEST_STEP])[1:-1] for step in steps[:2])
    return f"{VERSION} says {named or 'nothing'}"


def is_sound(select: Select) -> bool:
    """Tell if SQLite's own check finds each row in each index.

    A row that an index lacks is missing from the lists that are read by that index.
    """
    _, ((words,),) = next(select("PRAGMA integrity_check(1)"))
    return _text(words) == "ok"


def read_rows(select: Select) -> Iterator[Row]:
    """Read the entries in the order of their sequence.

    Raises:
        NoLog: the sequence is not a number, so the table is not that of a log.
    """
    for names, rows in select(ENTRIES):
        if any(type(row[0]) is not int for row in rows):
            raise NoLog("audit_entry is not the table of an audit log")
        cards: dict[int, list[Card]] = {}
        misplaced = set[int]()
        for _, card_rows in select(CARDS.format(first=rows[0][0], last=rows[-1][0])):
            for sequence, position, *cells in card_rows:
                card, topic, indicator, rules = map(_text, cells)
                of_entry = cards.setdefault(sequence, [])
                if position != len(of_entry):
                    misplaced.add(sequence)
                of_entry.append((card, topic, indicator, rules))
        for row in rows:
            entry = _row(row, names[FACTS:], tuple(cards.get(row[0], ())))
            yield replace(entry, are_cards_in_place=row[0] not in misplaced)


def _row(cells: Cells, columns: tuple[str, ...], cards: tuple[Card, ...]) -> Row:
    values = dict(zip(columns, cells[FACTS:], strict=True))
    facts: dict[str, str] | None = None
    copies = None
    if values.pop("sequence") is not None:
        copies = (_text(values.pop("at")), _text(values.pop("kind")))
        facts = {
            name: _text(value, int if name in NUMBERS else str)
            for name, value in values.items()
            if value is not None
        }
    entry_id, at, kind = map(_text, cells[1:4])
    form = _text(cells[4], int)
    commitment, previous, link = map(_text, cells[5:8])
    salt, body = (None if cell is None else _text(cell) for cell in cells[8:10])
    return Row(
        cells[0],
        entry_id,
        at,
        kind,
        form,
        commitment,
        previous,
        link,
        salt,
        body,
        facts,
        copies,
        cards,
    )


def _text(value: Any, kind: type = str) -> str:
    """Return the cell as it was hashed.

    A cell of another type may look the same, but queries do not find it. It gets the
    type's name in front, so that its hash fails.
    """
    return str(value) if type(value) is kind else f"{type(value).__name__}: {value!r}"
