"""G-TMP-1, G-TMP-2 and G-TMP-8: whatever is done to a log, verification names the entry and how, in both databases."""

import random
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cds_service.audit.appending import append_entries
from cds_service.audit.chain import seal
from cds_service.audit.checkpoint import Signer, make_checkpoint
from cds_service.audit.verification.faults import parsed
from cds_service.audit.verification.hashes import commitment_of, link_of
from cds_service.audit.verification.notes import read_key, read_note
from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import (
    NOON,
    TABLES,
    answer_entry,
    clock,
    drop_guards,
    fill,
    purge,
    rows_of,
    tamper,
)

COUNT = 12
LAST = COUNT + 1


@pytest.fixture
def url(audit_url):
    fill(audit_url, COUNT).dispose()
    assert verify_log(audit_url).is_whole
    return audit_url


def faults(url, **given):
    """(what, first, last, detail) of each fault."""
    return [(one.what, one.sequence, one.last, one.detail) for one in verify_log(url, **given).faults]


def named(url, **given):
    """What was found where, without the words."""
    return {(what, first, last) for what, first, last, _ in faults(url, **given)}


@pytest.mark.parametrize(("first", "last"), [(1, 1), (6, 6), (6, 8), (2, LAST - 1)])
def test_removed_entries_are_named(url, first, last):
    for table in TABLES:
        tamper(url, f"DELETE FROM {table} WHERE sequence BETWEEN {first} AND {last}")
    assert named(url) == {("removed", first, last)}


def test_entries_that_were_numbered_anew_behind_a_removed_one_are_named(url):
    for table in TABLES:
        tamper(
            url,
            f"DELETE FROM {table} WHERE sequence = 6",
            f"UPDATE {table} SET sequence = -(sequence - 1) WHERE sequence > 6",
            f"UPDATE {table} SET sequence = -sequence WHERE sequence < 0",
        )
    assert named(url) == {("changed", 6, LAST - 1)}


def test_a_log_without_any_entry_is_not_whole(url):
    for table in TABLES:
        tamper(url, f"DELETE FROM {table}")
    assert named(url) == {("removed", 1, 1)}


def test_two_entries_that_changed_places_are_named(url):
    for table in TABLES:
        tamper(
            url,
            f"UPDATE {table} SET sequence = -6 WHERE sequence = 6",
            f"UPDATE {table} SET sequence = 6 WHERE sequence = 7",
            f"UPDATE {table} SET sequence = 7 WHERE sequence = -6",
        )
    assert named(url) == {("changed", 6, 7)}


def test_an_entry_that_stands_twice_is_named(url):
    drop_guards(url)
    tamper(url, "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE sequence = 6")
    assert ("inserted", 6, 6) in named(url)


def test_entries_that_were_numbered_anew_behind_one_that_was_put_in_are_named(url):
    """The new one follows the one before and is hashed right."""
    for table in TABLES:
        tamper(
            url,
            f"UPDATE {table} SET sequence = -(sequence + 1) WHERE sequence > 5",
            f"UPDATE {table} SET sequence = -sequence WHERE sequence < 0",
        )
    previous = rows_of(url, "SELECT hash FROM audit_entry WHERE sequence = 5")[0][0]
    drop_guards(url)
    put_in(url, 6, previous)
    assert named(url) == {("changed", 7, LAST + 1)}


def put_in(url, sequence, previous):
    """A forged entry, hashed as the format says."""
    forged = seal(answer_entry(500))
    link = forged.link(sequence, previous)
    tamper(
        url,
        f"INSERT INTO audit_entry VALUES ({sequence}, '{forged.id}', '{forged.at}', 'answer', 1, '{forged.commitment}',"
        f" '{previous}', '{link}')",
        f"INSERT INTO audit_payload VALUES ({sequence}, '{forged.salt}', '{forged.body}')",
        f"INSERT INTO audit_search (sequence, at, kind, {', '.join(quoted(name) for name in forged.facts)}) VALUES"
        f" ({sequence}, '{forged.at}', 'answer', {', '.join(literal(value) for value in forged.facts.values())})",
        f"INSERT INTO audit_card VALUES ({sequence}, 0, '{forged.cards[0].card}', 'rehabilitation', 'warning', 'a b')",
    )
    return link


def quoted(name):
    return f'"{name}"'


def literal(value):
    return value if value.isdecimal() else f"'{value}'"


def test_an_entry_in_the_place_of_another_is_named_by_the_one_behind(url):
    previous = rows_of(url, "SELECT hash FROM audit_entry WHERE sequence = 5")[0][0]
    for table in TABLES:
        tamper(url, f"DELETE FROM {table} WHERE sequence = 6")
    put_in(url, 6, previous)
    assert named(url) == {("rewritten", 7, 7)}


def test_a_row_that_belongs_to_no_entry_is_named(url):
    tamper(url, f"INSERT INTO audit_payload VALUES ({LAST + 5}, 'x', '{{}}')")
    assert named(url) == {("inserted", LAST + 5, LAST + 5)}


@pytest.mark.parametrize("table", ["audit_payload", "audit_search"])
def test_a_payload_deleted_by_hand_is_missing_and_not_purged(url, table):
    tamper(url, f"DELETE FROM {table} WHERE sequence = 6")
    ((what, first, _, _),) = faults(url)
    assert first == 6
    assert what == ("payload missing" if table == "audit_search" else "payload changed")
    tamper(url, *(f"DELETE FROM {one} WHERE sequence = 6" for one in TABLES[1:]))
    assert named(url) == {("payload missing", 6, 6)}


def test_what_was_purged_is_counted_and_no_fault(url):
    database = fill(url, 3, first=100)  # these are younger
    count = purge(database, NOON + timedelta(seconds=60))
    database.dispose()
    report = verify_log(url)
    assert (count, report.is_whole, report.purged) == (COUNT, True, COUNT)
    assert rows_of(url, "SELECT count(*) FROM audit_payload")[0][0] == report.entries - COUNT
    tamper(url, *(f"DELETE FROM {table} WHERE sequence = 14" for table in TABLES[1:]))
    assert named(url) == {("payload missing", 14, 14)}


def operations(call):
    """How many lines of the verifier ran."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        count += event == "line"
        return trace if "verification" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def test_verification_after_purges_takes_no_more_than_a_line_of_the_entries(tmp_path):
    """Every second entry purged: as many ranges as there can be, in as many purges."""

    def of(count):
        url = f"sqlite:///{tmp_path / f'{count}.sqlite3'}"
        database = fill(url, 0)
        with database.writing() as connection:
            append_entries(connection, [seal(every_second(n)) for n in range(1, count)], clock)
        assert purge(database, NOON + timedelta(days=30)) == count // 2
        database.dispose()
        reports = []
        found = operations(lambda: reports.append(verify_log(url)))
        assert (reports[0].is_whole, reports[0].purged) == (True, count // 2)
        return found

    few, many = of(100), of(2000)
    assert many < 21 * few


def every_second(number):
    return answer_entry(number, kind="answer" if number % 2 else "stop")


def test_a_purge_entry_cannot_be_invented(url):
    """Deleting a payload and writing a purge entry of one's own breaks the link behind it or the hash of it."""
    tamper(url, *(f"DELETE FROM {table} WHERE sequence = 6" for table in TABLES[1:]))
    tamper(
        url,
        "UPDATE audit_entry SET kind = 'purge' WHERE sequence = 7",
        """UPDATE audit_payload SET body = '{"content":{"ranges":[[6,6]]}}' WHERE sequence = 7""",
    )
    assert not verify_log(url).is_whole


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


def test_a_log_cut_off_before_its_checkpoint_is_found_by_the_checkpoint_alone(url, note):
    for table in TABLES:
        tamper(url, f"DELETE FROM {table} WHERE sequence > 10")
    report = verify_log(url)
    assert report.is_whole
    assert any("cut off" in line for line in report.notes)
    assert named(url, checkpoints=[note]) == {("cut off", 11, note.sequence)}


def test_a_log_rewritten_whole_is_found_by_the_checkpoint_alone(url, note):
    """All hashes made anew from entry 6 on, as whoever owns the database can."""
    rewrite(url, 6)
    assert verify_log(url).is_whole
    assert named(url, checkpoints=[note]) == {("rewritten", note.sequence, note.sequence)}


def rewrite(url, start):
    rows = rows_of(
        url,
        "SELECT e.sequence, e.entry_id, e.at, e.kind, e.commitment, e.previous_hash FROM audit_entry e"
        f" WHERE e.sequence >= {start} ORDER BY e.sequence",
    )
    drop_guards(url)
    previous = rows[0][5]
    for sequence, entry_id, at, kind, commitment, _ in rows:
        wanted = commitment
        if sequence == start:
            ((salt, body),) = rows_of(url, f"SELECT salt, body FROM audit_payload WHERE sequence = {start}")
            body = body.replace("0.35", "0.05")
            document = parsed(body)
            wanted = commitment_of(salt, document["facts"], [tuple(card) for card in document["cards"]], body)
            tamper(url, f"UPDATE audit_payload SET body = '{body}' WHERE sequence = {start}")
        link = link_of(sequence, entry_id, at, kind, wanted, previous)
        tamper(
            url,
            f"UPDATE audit_entry SET commitment = '{wanted}', previous_hash = '{previous}', hash = '{link}'"
            f" WHERE sequence = {sequence}",
        )
        previous = link


def test_a_checkpoint_of_another_log_is_named(note, tmp_path):
    other = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    fill(other, 20).dispose()
    assert ("checkpoint", note.sequence, note.sequence) in named(other, checkpoints=[note])


def test_a_checkpoint_signed_by_another_key_is_named(url, note):
    other = Signer(note.signatures[0][0], Ed25519PrivateKey.generate())
    expected = {("checkpoint", note.sequence, note.sequence)}
    assert named(url, checkpoints=[note], keys=[read_key(other.public_text)]) == expected


# --- any single change at all (G-TMP-1)


def cells(url):
    """Every cell of every table of the log: table, key, column."""
    for table, keys in {
        "audit_entry": ("sequence",),
        "audit_payload": ("sequence",),
        "audit_search": ("sequence",),
        "audit_card": ("sequence", "position"),
    }.items():
        columns = [row[1] for row in rows_of(url, f"PRAGMA table_info({table})")]
        for key in rows_of(url, f"SELECT {', '.join(keys)} FROM {table}"):
            where = " AND ".join(f"{name} = {value}" for name, value in zip(keys, key, strict=True))
            yield from ((table, where, key[0], column) for column in columns if column not in keys)


def test_any_changed_bit_of_any_cell_is_found_and_its_entry_named(tmp_path):
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    fill(url, 2).dispose()
    chance = random.Random(11)
    tamper(url)
    with closing(sqlite3.connect(tmp_path / "audit.sqlite3", isolation_level=None)) as connection:
        for table, where, sequence, column in list(cells(url)):
            (value,) = connection.execute(f'SELECT "{column}" FROM {table} WHERE {where}').fetchone()
            update = f'UPDATE {table} SET "{column}" = ? WHERE {where}'
            connection.execute(update, (with_a_bit_flipped(value, chance),))
            report = verify_log(url)
            assert not report.is_whole, (table, where, column)
            assert sequence in {one.sequence for one in report.faults}, (table, where, column)
            connection.execute(update, (value,))
    assert verify_log(url).is_whole


@pytest.mark.parametrize(
    "value", ["CAST(X'ff41' AS TEXT)", "X'00ff'", "7", "1.5", "''", "replace(hex(zeroblob(99999)), '00', '[')"]
)
@pytest.mark.parametrize("place", ["audit_entry SET kind", "audit_entry SET hash", "audit_payload SET body"])
def test_what_is_no_text_at_all_is_a_named_fault_and_no_crash(tmp_path, place, value):
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    fill(url, 2).dispose()
    tamper(url, f"UPDATE {place} = {value} WHERE sequence = 2")
    assert {first for _, first, _ in named(url)} == {2}


@pytest.mark.parametrize(
    ("place", "like"),
    [
        ("audit_search SET patient", "BLOB"),
        ("audit_search SET kind", "BLOB"),
        ("audit_search SET status", "TEXT"),
        ("audit_entry SET entry_id", "BLOB"),
        ("audit_card SET card", "BLOB"),
    ],
)
def test_what_reads_the_same_and_is_found_by_no_query_is_named(tmp_path, place, like):
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    fill(url, 2).dispose()
    table, _, column = place.split()
    tamper(
        url,
        f"CREATE TABLE copy AS SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"CREATE TABLE {table} ({', '.join(columns_of(url, table))})",  # without types, which would turn it back
        f"INSERT INTO {table} SELECT * FROM copy",
        f"UPDATE {place} = CAST({column} AS {like}) WHERE sequence = 2",
    )
    assert {first for _, first, _ in named(url)} == {2}


def test_an_index_that_leaves_out_an_entry_is_named(tmp_path):
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    fill(url, 2).dispose()
    tamper(
        url,
        "CREATE TABLE copy (sequence INTEGER PRIMARY KEY, at, patient)",
        "INSERT INTO copy SELECT sequence, at, patient FROM audit_search WHERE sequence <> 2",
        "CREATE INDEX copy_patient ON copy (patient, at, sequence)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'copy_patient')"
        " WHERE name = 'ix_audit_search_patient'",
        "DELETE FROM sqlite_master WHERE name LIKE 'copy%'",
    )
    ((what, first, last, detail),) = faults(url)
    assert (what, first, last, "leave out" in detail) == ("changed", 1, 3, True)


def columns_of(url, table):
    return [f'"{row[1]}"' for row in rows_of(url, f"PRAGMA table_info({table})")]


def with_a_bit_flipped(value, chance):
    if value is None:
        return ""
    if isinstance(value, int):
        return value ^ 1
    octets = bytearray(value.encode())
    place = chance.randrange(len(octets)) if octets else 0
    octets[place : place + 1] = bytes([octets[place] ^ (1 << chance.randrange(8))]) if octets else b"x"
    return octets.decode("latin-1")
