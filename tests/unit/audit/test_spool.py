"""The second device: what it holds after any crash is whole lines, and every whole line reaches the chain once."""

from __future__ import annotations

import fcntl
import os

import pytest

from cds_service.audit.chain import GENESIS, seal
from cds_service.audit.database import Database
from cds_service.audit.query import Query
from cds_service.audit.reading import AuditReader
from cds_service.audit.spool import Spool, SpoolFull
from cds_service.audit.spool_lines import line_of, read_lines
from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import answer_entry, clock, uuid_of


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    made.prepare()
    yield made
    made.dispose()


def entries(*numbers):
    return [seal(answer_entry(number)) for number in numbers]


def kept(database):
    """Numbers of the answers in the chain, and content of the merge entries."""
    reader = AuditReader(database)
    found = sorted(reader.find(Query(), limit=200).entries, key=lambda one: one.sequence)
    merges = [reader.entry(one.sequence).content for one in found if one.kind == "merge"]
    return [int(one.id[-4:]) for one in found if one.kind == "answer"], merges


def left_behind(folder, *octets):
    """Files of dead processes."""
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(octets):
        (folder / f"999-{number}.spool").write_bytes(text)


def lines_of(*numbers):
    text, previous = b"", GENESIS
    for entry in entries(*numbers):
        line, previous = line_of(entry, previous)
        text += line
    return text


def test_entries_come_back_in_order_and_the_merge_is_seen(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    for entry in entries(1, 2, 3):
        spool.keep(entry)
    assert spool.has_waiting()
    spool.merge_into(database, clock)
    numbers, ((merge),) = kept(database)
    assert numbers == [1, 2, 3]
    assert (merge["entries"], merge["known"], merge["first"], merge["last"], merge["tornBytes"]) == (3, 0, 2, 4, 0)
    assert not spool.has_waiting()
    spool.keep(entries(4)[0])
    spool.merge_into(database, clock)
    assert kept(database)[0] == [1, 2, 3, 4]
    spool.close()
    assert list((tmp_path / "spool").iterdir()) == []


def test_an_entry_that_the_database_holds_already_is_not_written_again(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    for entry in entries(1, 2):
        spool.keep(entry)
    spool.merge_into(database, clock)
    spool.keep(entries(2)[0])
    spool.keep(entries(3)[0])
    spool.merge_into(database, clock)
    numbers, merges = kept(database)
    assert numbers == [1, 2, 3]
    assert merges[1]["known"] == 1
    spool.close()


def test_files_are_of_their_owner_alone(tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.keep(entries(1)[0])
    (file,) = (tmp_path / "spool").iterdir()
    assert (file.stat().st_mode & 0o777, (tmp_path / "spool").stat().st_mode & 0o777) == (0o600, 0o700)
    spool.close()


@pytest.mark.parametrize("cut", [1, 2, 70, 400])
def test_a_torn_last_line_is_cut_and_reported(database, tmp_path, cut):
    whole = lines_of(1, 2)
    left_behind(tmp_path / "spool", whole[:-cut])
    Spool(tmp_path / "spool").merge_into(database, clock)
    numbers, (merge,) = kept(database)
    assert numbers == [1]
    assert merge["tornBytes"] == len(whole) - cut - len(lines_of(1))
    assert not merge["damaged"]
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_changed_line_in_the_middle_stays_for_whoever_looks(database, tmp_path):
    left_behind(tmp_path / "spool", lines_of(1, 2, 3).replace(b"pat-2", b"pat-9"))
    Spool(tmp_path / "spool").merge_into(database, clock)
    numbers, (merge,) = kept(database)
    assert numbers == [1]
    assert merge["damaged"]
    assert [path.suffix for path in (tmp_path / "spool").iterdir()] == [".damaged"]


def test_a_changed_line_of_a_living_process_stays_too(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    for entry in entries(1, 2, 3):
        spool.keep(entry)
    (file,) = (tmp_path / "spool").iterdir()
    file.write_bytes(file.read_bytes().replace(b"pat-2", b"pat-9"))
    spool.merge_into(database, clock)
    assert kept(database)[0] == [1]
    assert [path.suffix for path in (tmp_path / "spool").iterdir()] == [".damaged"]
    spool.keep(entries(4)[0])
    spool.merge_into(database, clock)
    assert kept(database)[0] == [1, 4]
    spool.close()


def test_removed_lines_are_known():
    first, second = lines_of(1), lines_of(1, 2)[len(lines_of(1)) :]
    assert read_lines(second + first).is_damaged
    assert not read_lines(first + second).is_damaged


def test_what_a_living_process_holds_is_left_alone(database, tmp_path):
    left_behind(tmp_path / "spool", lines_of(1))
    held = os.open(tmp_path / "spool" / "999-0.spool", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    Spool(tmp_path / "spool").merge_into(database, clock)
    assert kept(database)[0] == []
    os.close(held)
    Spool(tmp_path / "spool").merge_into(database, clock)
    assert kept(database)[0] == [1]


def test_several_leftovers_are_merged_one_after_the_other(database, tmp_path):
    left_behind(tmp_path / "spool", lines_of(1, 2), lines_of(3), b"")
    Spool(tmp_path / "spool").merge_into(database, clock)
    assert kept(database)[0] == [1, 2, 3]
    assert verify_log(str(database.url)).is_whole


def test_it_takes_no_more_than_its_size(tmp_path):
    spool = Spool(tmp_path / "spool", max_bytes=len(lines_of(1)) + 10)
    spool.keep(entries(1)[0])
    with pytest.raises(SpoolFull):
        spool.keep(entries(2)[0])
    spool.close()


def test_it_takes_no_more_once_the_oldest_waits_too_long(tmp_path):
    spool = Spool(tmp_path / "spool", max_seconds=0.0)
    spool.keep(entries(1)[0])
    with pytest.raises(SpoolFull):
        spool.keep(entries(2)[0])
    assert not spool.state().is_open
    spool.close()


def test_without_a_folder_there_is_none():
    with pytest.raises(SpoolFull):
        Spool(None).keep(entries(1)[0])


def test_after_an_unconfirmed_write_it_takes_nothing_more_and_keeps_nothing_of_it(database, tmp_path, monkeypatch):
    """F30, for the spool: the page cache may have dropped what it held."""
    spool = Spool(tmp_path / "spool")
    spool.keep(entries(1)[0])
    with monkeypatch.context() as failing:
        failing.setattr("cds_service.audit.held_file.os.fsync", _no_fsync)
        with pytest.raises(OSError, match="test"):
            spool.keep(entries(2)[0])
    with pytest.raises(SpoolFull):
        spool.keep(entries(3)[0])
    spool.merge_into(database, clock)
    assert kept(database)[0] == [1]
    spool.close()


def _no_fsync(_handle):
    raise OSError("test")


def test_lost_entries_are_told_after_a_restart(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.note_lost(["2026-11-20T12:00:01.000Z", "2026-11-20T12:00:02.000Z"])
    spool.close()
    Spool(tmp_path / "spool").merge_into(database, clock)
    (found,) = AuditReader(database).find(Query(kinds=("gap",))).entries
    content = AuditReader(database).entry(found.id).content
    assert content == {"lost": 2, "since": "2026-11-20T12:00:01.000Z", "until": "2026-11-20T12:00:02.000Z"}
    assert list((tmp_path / "spool").iterdir()) == []


def test_lost_entries_that_were_told_are_forgotten(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.note_lost(["2026-11-20T12:00:01.000Z"])
    spool.note_lost([])
    spool.close()
    Spool(tmp_path / "spool").merge_into(database, clock)
    assert AuditReader(database).find(Query(kinds=("gap",))).entries == ()


def test_any_uuid_has_its_own_line():
    assert len({line_of(entry, GENESIS)[1] for entry in entries(1, 2)}) == 2
    assert uuid_of(1) != uuid_of(2)
