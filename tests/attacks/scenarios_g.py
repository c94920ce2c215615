"""G: what is done to the log itself, or to what is taken out of it, by whoever owns the database or the machine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cds_service.audit.appending import append_entries
from cds_service.audit.chain import AuditEntry, seal, time_text
from cds_service.audit.checkpoint import make_checkpoint
from cds_service.audit.database import Database
from cds_service.audit.purge import purge_before
from cds_service.audit.verification.notes import read_note
from cds_service.audit.verification.report import report_lines
from cds_service.audit.verification.walk import verify_log
from cds_service.cli import main
from tests.attacks.cases import Case
from tests.attacks.field import Field
from tests.attacks.scenarios import scenario
from tests.audit_builders import TABLES, answer_entry, rows_of, tamper
from tests.review_desk import ReviewDesk

YEAR = timedelta(days=366)
RETENTION_DAYS = 2192  # the setting's default: six years


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def log_of_years() -> Iterator[tuple[str, Database]]:
    """Two answers of eight years ago (entries 2 and 3), two of yesterday (4 and 5)."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/audit.sqlite3"
        database = Database(url)
        database.prepare()
        moments = [now() - 8 * YEAR, now() - 8 * YEAR, now() - timedelta(days=1), now() - timedelta(days=1)]
        put(database, *(answer_entry(number, at=at) for number, at in enumerate(moments, 1)))
        try:
            yield url, database
        finally:
            database.dispose()


def put(database: Database, *entries: AuditEntry) -> None:
    with database.writing() as connection:
        append_entries(connection, [seal(entry) for entry in entries], now)


def erase(url: str, sequence: int) -> None:
    tamper(url, *(f"DELETE FROM {table} WHERE sequence = {sequence}" for table in TABLES[1:]))


@scenario
def purges_by_hand(case: Case, _field: Field) -> None:
    """The payload is gone, and a purge entry of the right form, hashed and covered by later checkpoints, unsays it."""
    with log_of_years() as (url, database):
        make_checkpoint(database, None, now)
        ((place, digest),) = rows_of(url, "SELECT sequence, hash FROM audit_entry WHERE kind = 'checkpoint'")
        assert purge_before(database, now() - timedelta(days=RETENTION_DAYS), "os:root", now) == 2
        put(database, answer_entry(5, at=now() - timedelta(days=1)))
        assert verify_log(url, retention_days=RETENTION_DAYS).is_whole
        ((behind,),) = rows_of(url, "SELECT max(sequence) FROM audit_entry")
        target = {"behind": behind, "purged": 2}.get(case.sends.get("target", ""), 5)
        content: dict[str, Any] = {
            "before": time_text(now() + timedelta(days=case.sends.get("before", 1))),
            "entries": 1,
            "ranges": [[target, target]],
            "checkpoint": {"sequence": place, "hash": case.sends.get("checkpoint", "") * 64 or digest},
        }
        content.pop(case.sends.get("without", ""), None)
        at = now() + timedelta(days=case.sends.get("at", 0))
        put(database, AuditEntry(kind="purge", at=at, user="os:root", content=content))
        if case.sends.get("target") != "kept":
            erase(url, target)
        later = read_note(make_checkpoint(database, None, now))
        report = verify_log(url, [later], retention_days=RETENTION_DAYS)
        assert not report.is_whole
        assert case.sends["says"] in " ".join(report_lines(report))


@scenario
def purges_without_checkpoint(_case: Case, _field: Field) -> None:
    with log_of_years() as (url, _):
        done = command(
            url, "purge", "--delete-what-was-said-before", f"{now() - timedelta(days=RETENTION_DAYS):%Y-%m-%d}"
        )
        assert (done.exit_code, "no checkpoint" in done.output) == (1, True)
        assert rows_of(url, "SELECT count(*) FROM audit_payload") == [(5,)]


def command(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["audit", *words], env={"KYPHOPLASTY_CDS_DATABASE_URL": url})


@scenario
def purges_by_a_clock_ahead(case: Case, _field: Field) -> None:
    """The machine says that it is seven years later; its timers run. Nobody but a person makes the purge go on."""
    import cds_service.commands.audit as commands

    with log_of_years() as (url, database):
        make_checkpoint(database, None, now)
        later = now() + 7 * YEAR
        for hours in range(case.sends["checkpoints"], 0, -1):
            make_checkpoint(database, None, lambda hours=hours: later - timedelta(hours=hours))
        clock, commands._now = commands._now, lambda: later
        try:
            for words in ([], ["--i-know"], ["--delete-what-was-said-before", "2020-01-01"]):
                done = command(url, "purge", *words)
                assert (done.exit_code, "clock may be wrong" in done.output) == (1, True), done.output
            assert rows_of(url, "SELECT count(*) FROM audit_search WHERE kind = 'answer'") == [(4,)]
            told = done.output.rpartition("--delete-what-was-said-before ")[2].strip().rstrip(".")
            assert told == f"{later - timedelta(days=RETENTION_DAYS):%Y-%m-%d}"
            assert command(url, "purge", "--delete-what-was-said-before", told).exit_code == 0
        finally:
            commands._now = clock
        assert rows_of(url, "SELECT count(*) FROM audit_search WHERE kind = 'answer'") == [(0,)]
        assert not verify_log(url, retention_days=RETENTION_DAYS).is_whole, "what is young by the true clock is told"


@scenario
def verifies_a_part_after_broken(_case: Case, _field: Field) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = ReviewDesk(Path(folder))
        for number in (1, 2):
            desk.sign(number=number)
        anna = desk.reviewer()
        tamper(desk.url, "UPDATE audit_search SET patient = 'other' WHERE sequence = 2")
        for span in ({}, {"first": "3", "last": "3"}, {"first": "3"}):
            assert anna.post("/audit/integrity", **span).status_code == 303
            page = anna.get("/audit")
            assert "Broken" in page
            assert "Verified" not in page
        for span in ({"first": "4", "last": "3"}, {"first": "999", "last": "1"}, {"first": "999"}):
            assert anna.post("/audit/integrity", **span).status_code == 400
        desk.store.close()
