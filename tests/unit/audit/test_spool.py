"""The second device: what it holds after any crash is whole lines, and every whole line reaches the chain once."""

from __future__ import annotations

import fcntl
import os
import time
import tracemalloc

import pytest

from cds_service.audit.chain import GENESIS, seal
from cds_service.audit.database import Database
from cds_service.audit.query import Query
from cds_service.audit.reading import AuditReader
from cds_service.audit.spool import Spool, SpoolFull
from cds_service.audit.spool_lines import LineReader, line_of
from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import answer_entry, clock, rows_of, uuid_of

HANG_SECONDS = 30


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


def merge_all(spool, database):
    """All that waits."""
    while spool.has_waiting():
        spool.merge_some(database, clock)


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
    merge_all(spool, database)
    numbers, ((merge),) = kept(database)
    assert numbers == [1, 2, 3]
    assert (merge["entries"], merge["known"], merge["first"], merge["last"], merge["tornBytes"]) == (3, 0, 2, 4, 0)
    assert not spool.has_waiting()
    spool.keep(entries(4)[0])
    merge_all(spool, database)
    assert kept(database)[0] == [1, 2, 3, 4]
    spool.close()
    assert list((tmp_path / "spool").iterdir()) == []


def test_an_entry_that_the_database_holds_already_is_not_written_again(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    for entry in entries(1, 2):
        spool.keep(entry)
    merge_all(spool, database)
    spool.keep(entries(2)[0])
    spool.keep(entries(3)[0])
    merge_all(spool, database)
    numbers, merges = kept(database)
    assert numbers == [1, 2, 3]
    assert merges[1]["known"] == 1
    spool.close()


def test_what_waits_is_never_in_memory_as_a_whole(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    for number in range(150):
        spool.keep(seal(answer_entry(number, content={"words": "x" * 60_000})))
    size = spool.state().size
    tracemalloc.start()
    try:
        merge_all(spool, database)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept(database)[0]) == 150
    assert most < size / 2
    spool.close()


def test_a_merge_that_fails_on_its_way_goes_on_and_nothing_is_there_twice(database, tmp_path, monkeypatch):
    left_behind(tmp_path / "spool", lines_of(1, 2, 3))
    monkeypatch.setattr("cds_service.audit.spool_lines.PIECE_BYTES", 100)  # a line for each commit
    spool = Spool(tmp_path / "spool")
    for entry in entries(4, 5, 6):
        spool.keep(entry)
    for _ in range(2):
        spool.merge_some(database, clock)
    with monkeypatch.context() as failing:
        failing.setattr(database, "writing", _no_fsync)
        with pytest.raises(OSError, match="test"):
            spool.merge_some(database, clock)
    merge_all(spool, database)
    numbers, (left, own) = kept(database)
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert (left["entries"], left["known"], own["entries"], own["known"]) == (3, 2, 3, 0)
    assert verify_log(str(database.url)).is_whole
    spool.close()


def test_whoever_stops_in_the_middle_of_a_file_leaves_it_to_the_next(database, tmp_path, monkeypatch):
    left_behind(tmp_path / "spool", lines_of(1, 2, 3))
    monkeypatch.setattr("cds_service.audit.spool_lines.PIECE_BYTES", 100)
    first = Spool(tmp_path / "spool")
    first.merge_some(database, clock)
    merge_all(second := Spool(tmp_path / "spool"), database)
    assert kept(database)[0] == [1]  # it is held
    first.let_go()
    merge_all(Spool(tmp_path / "spool"), database)
    assert kept(database)[0] == [1, 2, 3]
    for spool in (first, second):
        spool.close()


def test_an_answer_does_not_wait_until_all_that_others_left_is_merged(tmp_path):
    folder = tmp_path / "spool"
    left_behind(folder, *(lines_of(number) for number in range(1, 121)))
    store = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}", spool_folder=folder)
    store.append(answer_entry(500))
    assert list(folder.glob("*.spool"))
    until = time.monotonic() + HANG_SECONDS
    while list(folder.glob("*.spool")) and time.monotonic() < until:
        time.sleep(0.05)
    store.close()
    answers = rows_of(store.url, "SELECT sequence FROM audit_entry WHERE kind = 'answer'")
    assert len(answers) == 121
    assert verify_log(store.url).is_whole


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
    merge_all(Spool(tmp_path / "spool"), database)
    numbers, (merge,) = kept(database)
    assert numbers == [1]
    assert merge["tornBytes"] == len(whole) - cut - len(lines_of(1))
    assert not merge["damaged"]
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_changed_line_in_the_middle_stays_for_whoever_looks(database, tmp_path):
    left_behind(tmp_path / "spool", lines_of(1, 2, 3).replace(b"pat-2", b"pat-9"))
    merge_all(Spool(tmp_path / "spool"), database)
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
    merge_all(spool, database)
    assert kept(database)[0] == [1]
    assert [path.suffix for path in (tmp_path / "spool").iterdir()] == [".damaged"]
    spool.keep(entries(4)[0])
    merge_all(spool, database)
    assert kept(database)[0] == [1, 4]
    spool.close()


def test_removed_lines_are_known(tmp_path):
    whole = lines_of(1, 2)
    first, second = whole.splitlines(keepends=True)
    assert read(tmp_path, second + first) == (0, True)
    assert read(tmp_path, first + second) == (2, False)


def read(folder, octets):
    """How many entries these bytes hold, and whether they are damaged."""
    (folder / "read").write_bytes(octets)
    with (folder / "read").open("rb") as file:
        lines = LineReader(file.fileno())
        return len(lines.read(len(octets))), lines.is_damaged(len(octets))


def test_what_a_living_process_holds_is_left_alone(database, tmp_path):
    left_behind(tmp_path / "spool", lines_of(1))
    held = os.open(tmp_path / "spool" / "999-0.spool", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    merge_all(Spool(tmp_path / "spool"), database)
    assert kept(database)[0] == []
    os.close(held)
    merge_all(Spool(tmp_path / "spool"), database)
    assert kept(database)[0] == [1]


def test_several_leftovers_are_merged_one_after_the_other(database, tmp_path):
    left_behind(tmp_path / "spool", lines_of(1, 2), lines_of(3), b"")
    merge_all(Spool(tmp_path / "spool"), database)
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
    merge_all(spool, database)
    assert kept(database)[0] == [1]
    spool.close()


def _no_fsync(_handle=None):
    raise OSError("test")


def test_lost_entries_are_told_after_a_restart(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.note_lost(["2026-11-20T12:00:01.000Z", "2026-11-20T12:00:02.000Z"])
    spool.close()
    merge_all(Spool(tmp_path / "spool"), database)
    (found,) = AuditReader(database).find(Query(kinds=("gap",))).entries
    content = AuditReader(database).entry(found.id).content
    assert content == {"lost": 2, "since": "2026-11-20T12:00:01.000Z", "until": "2026-11-20T12:00:02.000Z"}
    assert list((tmp_path / "spool").iterdir()) == []


def test_lost_entries_that_were_told_are_forgotten(database, tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.note_lost(["2026-11-20T12:00:01.000Z"])
    spool.note_lost([])
    spool.close()
    merge_all(Spool(tmp_path / "spool"), database)
    assert AuditReader(database).find(Query(kinds=("gap",))).entries == ()


def test_any_uuid_has_its_own_line():
    assert len({line_of(entry, GENESIS)[1] for entry in entries(1, 2)}) == 2
    assert uuid_of(1) != uuid_of(2)
