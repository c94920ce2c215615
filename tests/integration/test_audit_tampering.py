"""G-TMP-1, G-TMP-2 and G-TMP-8: whatever is done to a log, verification names the entry and how, in both databases."""

import random
import sqlite3
import tomllib
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cds_service.audit.appending import append_entries
from cds_service.audit.chain import AuditEntry, Kind, seal
from cds_service.audit.checkpoint import Signer, make_checkpoint
from cds_service.audit.database import HEAD, Database
from cds_service.audit.verification.faults import parsed
from cds_service.audit.verification.hashes import commitment_of, link_of
from cds_service.audit.verification.notes import read_key, read_note
from cds_service.audit.verification.rows import STEPS
from cds_service.audit.verification.walk import KINDS, verify_log
from tests.audit_builders import (
    NOON,
    TABLES,
    clock,
    drop_guards,
    fill,
    purge,
    rows_of,
    tamper,
)

COUNT = 12
LAST = COUNT + 1
TABLES_OF_CASES = tomllib.loads(
    Path(__file__).with_name("audit_tampering.toml").read_text(encoding="utf-8")
)
CASES = TABLES_OF_CASES["case"]


@pytest.fixture
def url(audit_url):
    fill(audit_url, COUNT).dispose()
    assert verify_log(audit_url).is_whole
    return audit_url


def named(url, **given):
    """What was found where, without the words."""
    return {
        (one.what, one.sequence, one.last) for one in verify_log(url, **given).faults
    }


def first_named(url):
    return {one.sequence for one in verify_log(url).faults}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_what_was_done_is_named_with_its_entry(url, case):
    for tables, key in ((TABLES, "each"), (TABLES[1:], "content")):
        for table in tables:
            tamper(url, *(one.format(table=table) for one in case.get(key, ())))
    if "forged" in case:
        fill(url, 1, first=500).dispose()
    if not case.get("guards", True):
        drop_guards(url)
    if "forged" in case:
        move_last(url, case["forged"])
    tamper(url, *case.get("statements", ()))
    assert named(url) == {tuple(one) for one in case["named"]}


def test_the_verifier_knows_what_this_version_writes():
    assert STEPS[-1] == HEAD
    assert get_args(Kind) == tuple(kind for kind in get_args(Kind) if kind in KINDS)
    assert len(KINDS) == len(get_args(Kind))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_version SET version_num = '0005'",
        "INSERT INTO audit_version VALUES ('0005')",
        "DELETE FROM audit_version",
        "DROP TABLE audit_version",
    ],
)
def test_tables_of_a_newer_version_are_named_and_not_passed(url, statement):
    """They may hold what this version neither reads nor checks."""
    tamper(url, statement)
    assert named(url) == {("not known", 1, LAST)}


def test_an_entry_of_a_kind_of_a_newer_version_is_named(url):
    """Its hashes hold; if its payload may be purged is not known."""
    database = Database(url)
    with database.writing() as connection:
        new = AuditEntry(kind="drill", at=NOON, content={})
        append_entries(connection, [seal(new)], clock)
    database.dispose()
    assert named(url) == {("not known", LAST + 1, LAST + 1)}


def move_last(url, place):
    """The last entry comes behind entry 5, hashed as the format says."""
    ((previous,),) = rows_of(url, "SELECT hash FROM audit_entry WHERE sequence = 5")
    query = "SELECT sequence, entry_id, at, kind, commitment FROM audit_entry ORDER BY sequence DESC LIMIT 1"
    ((last, *facts),) = rows_of(url, query)
    link = link_of(place, *facts, previous)
    moved = [
        f"UPDATE {table} SET sequence = {place} WHERE sequence = {last}"
        for table in TABLES
    ]
    hashed = f"UPDATE audit_entry SET previous_hash = '{previous}', hash = '{link}' WHERE sequence = {place}"
    tamper(url, *moved, hashed)


def test_what_was_purged_is_counted_and_no_fault(url):
    database = fill(url, 3, first=100)  # these are younger
    count = purge(database, NOON + timedelta(seconds=60))
    database.dispose()
    report = verify_log(url)
    assert (count, report.is_whole, report.purged) == (COUNT, True, COUNT)
    assert (
        rows_of(url, "SELECT count(*) FROM audit_payload")[0][0]
        == report.entries - COUNT
    )
    tamper(url, *(f"DELETE FROM {table} WHERE sequence = 14" for table in TABLES[1:]))
    assert named(url) == {("payload missing", 14, 14)}


# --- the end of the log, and the whole of it


@pytest.fixture
def note(url):
    """A checkpoint that covers all answers and its own entry; the log goes on behind it."""
    database = fill(url, 0)
    text = make_checkpoint(database, None, clock)
    database.dispose()
    fill(url, 2, first=200).dispose()
    found = read_note(text)
    assert found.sequence == LAST + 1
    assert verify_log(url, [found]).is_whole
    return found


def test_a_log_rewritten_whole_is_found_by_the_checkpoint_alone(url, note):
    """All hashes made anew from entry 6 on, as whoever owns the database can."""
    rewrite(url, 6)
    assert verify_log(url).is_whole
    assert named(url, checkpoints=[note]) == {
        ("rewritten", note.sequence, note.sequence)
    }


def rewrite(url, start):
    """Another risk in this entry, and all links behind it made anew."""
    ((salt, body),) = rows_of(
        url, f"SELECT salt, body FROM audit_payload WHERE sequence = {start}"
    )
    body = body.replace("0.35", "0.05")
    document = parsed(body)
    changed = commitment_of(
        salt, document["facts"], [tuple(card) for card in document["cards"]], body
    )
    query = "SELECT sequence, entry_id, at, kind, commitment, previous_hash FROM audit_entry"
    rows = rows_of(url, f"{query} WHERE sequence >= {start} ORDER BY sequence")
    drop_guards(url)
    tamper(url, f"UPDATE audit_payload SET body = '{body}' WHERE sequence = {start}")
    previous = rows[0][5]
    for sequence, entry_id, at, kind, commitment, _ in rows:
        wanted = changed if sequence == start else commitment
        link = link_of(sequence, entry_id, at, kind, wanted, previous)
        values = (
            f"commitment = '{wanted}', previous_hash = '{previous}', hash = '{link}'"
        )
        tamper(url, f"UPDATE audit_entry SET {values} WHERE sequence = {sequence}")
        previous = link


def test_a_checkpoint_of_another_log_is_named(note, tmp_path):
    other = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    fill(other, 20).dispose()
    assert ("checkpoint", note.sequence, note.sequence) in named(
        other, checkpoints=[note]
    )


def test_a_checkpoint_signed_by_another_key_is_named(url, note):
    other = Signer(note.signatures[0][0], Ed25519PrivateKey.generate())
    expected = {("checkpoint", note.sequence, note.sequence)}
    assert (
        named(url, checkpoints=[note], keys=[read_key(other.public_text)]) == expected
    )


# --- any single change at all (G-TMP-1)


def columns_of(url, table):
    return [row[1] for row in rows_of(url, f"PRAGMA table_info({table})")]


def cells(url):
    """Every cell of every table of the log: table, which row, its entry, column."""
    for table in TABLES:
        columns = columns_of(url, table)
        keys = [name for name in ("sequence", "position") if name in columns]
        for key in rows_of(url, f"SELECT {', '.join(keys)} FROM {table}"):
            where = " AND ".join(
                f"{name} = {value}" for name, value in zip(keys, key, strict=True)
            )
            yield from (
                (table, where, key[0], column)
                for column in columns
                if column not in keys
            )


@pytest.fixture
def small(tmp_path):
    """Three entries in SQLite."""
    found = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    fill(found, 2).dispose()
    return found


def test_any_changed_bit_of_any_cell_is_found_and_its_entry_named(small, tmp_path):
    chance = random.Random(11)
    tamper(small)
    with closing(
        sqlite3.connect(tmp_path / "audit.sqlite3", isolation_level=None)
    ) as connection:
        for table, where, sequence, column in list(cells(small)):
            (value,) = connection.execute(
                f'SELECT "{column}" FROM {table} WHERE {where}'
            ).fetchone()
            update = f'UPDATE {table} SET "{column}" = ? WHERE {where}'
            connection.execute(update, (with_a_bit_flipped(value, chance),))
            assert sequence in first_named(small), (table, where, column)
            connection.execute(update, (value,))
    assert verify_log(small).is_whole


@pytest.mark.parametrize("change", ["position + 7", "position * 2 + 1", "-1"])
def test_a_card_at_another_position_is_found(small, tmp_path, change):
    """Their order alone is in the commitment."""
    tamper(small)
    with closing(
        sqlite3.connect(tmp_path / "audit.sqlite3", isolation_level=None)
    ) as connection:
        ((sequence,),) = connection.execute(
            "SELECT max(sequence) FROM audit_card"
        ).fetchall()
        connection.execute(
            f"UPDATE audit_card SET position = {change}"
            f" WHERE sequence = {sequence} AND position = (SELECT max(position)"
            f" FROM audit_card WHERE sequence = {sequence})"
        )
    assert first_named(small) == {sequence}


@pytest.mark.parametrize(
    "value",
    [
        "CAST(X'ff41' AS TEXT)",
        "X'00ff'",
        "7",
        "1.5",
        "''",
        "replace(hex(zeroblob(99999)), '00', '[')",
    ],
)
@pytest.mark.parametrize(
    "place", ["audit_entry SET kind", "audit_entry SET hash", "audit_payload SET body"]
)
def test_what_is_no_text_at_all_is_a_named_fault_and_no_crash(small, place, value):
    tamper(small, f"UPDATE {place} = {value} WHERE sequence = 2")
    assert first_named(small) == {2}


@pytest.mark.parametrize(("place", "like"), TABLES_OF_CASES["same-to-read"])
def test_what_reads_the_same_and_is_found_by_no_query_is_named(small, place, like):
    table, _, column = place.split()
    # a type would turn it back
    untyped = ", ".join(f'"{name}"' for name in columns_of(small, table))
    tamper(
        small,
        f"CREATE TABLE copy AS SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"CREATE TABLE {table} ({untyped})",
        f"INSERT INTO {table} SELECT * FROM copy",
        f"UPDATE {place} = CAST({column} AS {like}) WHERE sequence = 2",
    )
    assert first_named(small) == {2}


def test_an_index_that_leaves_out_an_entry_is_named(small):
    tamper(
        small,
        "CREATE TABLE copy (sequence INTEGER PRIMARY KEY, at, patient)",
        "INSERT INTO copy SELECT sequence, at, patient FROM audit_search WHERE sequence <> 2",
        "CREATE INDEX copy_patient ON copy (patient, at, sequence)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'copy_patient')"
        " WHERE name = 'ix_audit_search_patient'",
        "DELETE FROM sqlite_master WHERE name LIKE 'copy%'",
    )
    (fault,) = verify_log(small).faults
    assert (fault.what, fault.sequence, fault.last, "leave out" in fault.detail) == (
        "changed",
        1,
        3,
        True,
    )


def with_a_bit_flipped(value, chance):
    if value is None:
        return ""
    if isinstance(value, int):
        return value ^ 1
    octets = bytearray(value.encode())
    place = chance.randrange(len(octets)) if octets else 0
    octets[place : place + 1] = (
        bytes([octets[place] ^ (1 << chance.randrange(8))]) if octets else b"x"
    )
    return octets.decode("latin-1")
