"""What `deploy/` tells an operator to do with the log's database, done to real ones: two roles, backup, restore."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from cds_service.audit.store import AuditStore
from cds_service.audit.used_tokens import UsedTokens
from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import answer_entry, daily_until, rows_of
from tests.deploy.locked import DEPLOY
from tests.deploy.programs import need
from tests.postgres_server import find_programs
from tests.review_desk import PASSWORD, ReviewDesk, Reviewer
from tests.tables import cases
from tests.waiting import wait_until

PROGRAMS = find_programs()
COMMAND = Path(sys.executable).with_name("kyphoplasty-cds")


def run(*command, url="", code=0, seconds=None, **environment):
    """A command with the log's database in its environment, and this checkout's own command on its path."""
    path = os.pathsep.join(
        map(
            str, (COMMAND.parent, *([PROGRAMS] if PROGRAMS else []), os.environ["PATH"])
        )
    )
    environment = {
        **os.environ,
        "PATH": path,
        "KYPHOPLASTY_CDS_DATABASE_URL": url,
        **environment,
    }
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr + done.stdout


def psql(url, *files, **environment):
    """Statements of `deploy/postgres`."""
    words = [word for file in files for word in ("-f", DEPLOY / f"postgres/{file}.sql")]
    run("psql", "-q", *words, url.replace("+psycopg", ""), **environment)


# --- two roles


@pytest.fixture(scope="module")
def roles(postgres):
    """The address of the log for its owner and for the service, made as docs/operate.md says."""
    need("psql")
    psql(postgres.url(), "roles", "database", OWNER_PASSWORD="o", SERVICE_PASSWORD="s")
    owner, service = (
        f"postgresql://{name}@127.0.0.1:{postgres.port}/kyphoplasty_cds"
        for name in ("kyphoplasty_cds_owner", "kyphoplasty_cds")
    )
    assert "step" in run(COMMAND, "audit", "migrate", url=owner)
    psql(owner, "protect")
    return owner, service


@pytest.fixture
def another(roles, postgres):
    """One more database of the same roles: its address for whoever made it, for the owner and for the service."""
    name = f"log_{uuid4().hex}"
    postgres.ask(f"CREATE DATABASE {name} OWNER kyphoplasty_cds_owner")
    return postgres.url(name), *(
        address.rpartition("/")[0] + f"/{name}" for address in roles
    )


def test_the_service_role_is_enough_for_all_that_the_service_does(roles, tmp_path):
    """An answer, feedback, a refusal; reviewers at work; a token that is used twice; a checkpoint."""
    _, service = roles
    desk = ReviewDesk(tmp_path, url=service)
    card = desk.content(desk.sign())["cards"][0]
    desk.tell(card["uuid"], "overridden", reason="patientDeclines")
    desk.refuse()
    officer = desk.reviewer(role="privacy-officer")
    for page in ("/audit", "/audit?kind=log", "/audit/figures", "/audit/integrity"):
        officer.get(page)
    assert desk.store.state().is_ready
    desk.store.close()
    tokens = UsedTokens(service, wait_seconds=30)
    assert [tokens.add("a" * 64, 2**31, now=0.0, seconds=30) for _ in range(2)] == [
        True,
        False,
    ]
    tokens._database.dispose()
    run(COMMAND, "audit", "checkpoint", url=service)
    report = verify_log(service)
    assert report.is_whole, report.faults


@pytest.mark.parametrize("statement", cases(__file__, "forbidden"))
def test_the_service_role_can_change_nothing_of_the_log(roles, statement):
    with (
        psycopg.connect(roles[1], autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_only_the_owner_purges(roles):
    owner, service = roles
    with closing(AuditStore(service)) as store:
        for entry in (
            answer_entry(2, at=datetime(2020, 1, 1, tzinfo=UTC)),
            *daily_until(datetime.now(UTC)),
        ):
            store.append(entry)
    run(COMMAND, "audit", "checkpoint", url=service)
    assert "lacks a privilege" in run(COMMAND, "audit", "purge", url=service, code=1)
    kept = "SELECT count(*) FROM audit_search WHERE kind = 'answer' AND at < '2021'"
    assert rows_of(service, kept) == [(1,)]
    held = "SELECT count(*) FROM audit_search WHERE kind <> 'purge'"
    ((before,),) = rows_of(service, held)
    said = run(COMMAND, "audit", "purge", url=owner)
    ((after,),) = rows_of(service, held)
    assert said.splitlines()[-1].startswith(f"{before - after} ")
    assert rows_of(service, kept) == [(0,)]
    report = verify_log(service)
    assert report.is_whole, report.faults


def test_a_service_whose_tables_are_not_made_yet_says_what_it_needs(another, tmp_path):
    """As where a step of the installation was forgotten; the order of the first start does not matter."""
    maker, owner, service = another
    psql(maker, "database")
    desk = ReviewDesk(tmp_path, url=service)
    with closing(desk.store) as store:
        assert not store.state().is_ready
        wait_until(lambda: "do not exist" in store.state().trouble)
        assert "audit migrate" in store.state().trouble
        reviewer = Reviewer(desk)
        answered = reviewer.log_in("anna", PASSWORD)
        assert (answered.status_code, answered.mimetype) == (503, "text/html"), (
            answered.text
        )
        assert "do not exist" in reviewer.get("/audit", 503)
        run(COMMAND, "audit", "migrate", url=owner)
        psql(owner, "protect")
        wait_until(lambda: store.state().is_ready)
        store.append(answer_entry(1))


def test_a_service_whose_role_lacks_a_privilege_says_which_files_give_it(another):
    """As after a restore whose last line was forgotten."""
    maker, owner, service = another
    run(COMMAND, "audit", "migrate", url=owner)
    with closing(AuditStore(service)) as store:
        wait_until(lambda: "database.sql" in store.state().trouble)
        assert not store.state().is_ready
        psql(maker, "database")
        psql(owner, "protect")
        wait_until(lambda: store.state().is_ready)


def test_in_a_database_that_is_restored_into_the_roles_may_what_they_may_in_the_first(
    another,
):
    """Of the tables that later versions bring as well."""
    maker, owner, service = another
    psql(maker, "database")
    run(COMMAND, "audit", "migrate", url=owner)
    psql(owner, "protect")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE of_a_later_version (one int)")
    with psycopg.connect(service, autocommit=True) as connection:
        assert connection.execute(
            "SELECT count(*) FROM of_a_later_version"
        ).fetchone() == (0,)
        assert connection.execute(
            "SHOW idle_in_transaction_session_timeout"
        ).fetchone() == ("1min",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM audit_entry")


# --- backup and restore


@pytest.fixture
def log(audit_url):
    """A log with three answers in it."""
    need("sqlite3" if audit_url.startswith("sqlite") else "psql")
    write(audit_url, 1, 2, 3)
    return audit_url


def write(url, *numbers):
    with closing(AuditStore(url)) as store:
        for number in numbers:
            store.append(answer_entry(number))


@pytest.fixture
def backup(log, tmp_path):
    """A backup of it; two more answers came since."""
    made = Path(run(DEPLOY / "backup.sh", tmp_path / "backups", url=log).split()[-1])
    write(log, 4, 5)
    return made


@pytest.fixture
def new(log, request, tmp_path):
    """An empty database of the same kind."""
    if log.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    return request.getfixturevalue("postgres").new_database()


def test_a_backup_holds_the_log_and_is_verified_when_it_is_restored(log, backup, new):
    assert "whole" in run(DEPLOY / "restore.sh", backup, url=new)
    query = "SELECT entry_id FROM audit_entry WHERE kind = 'answer' ORDER BY sequence"
    assert rows_of(new, query) == rows_of(log, query)[:3]
    write(new, 7)  # the chain goes on
    assert verify_log(new).is_whole


WRITER = """
import sqlite3, sys
log = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
log.execute("PRAGMA synchronous=OFF")
print("writing", flush=True)
while True:
    log.execute("UPDATE ballast SET number = number + 1 WHERE id = 1")
"""


def test_a_backup_ends_while_somebody_writes_without_pause(tmp_path):
    """A copy that starts again at each write never ends."""
    need("sqlite3")
    file = tmp_path / "audit.sqlite3"
    url, new = f"sqlite:///{file}", f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    write(url, 1, 2, 3)
    ballast = (
        "CREATE TABLE ballast (id INTEGER PRIMARY KEY, number INTEGER, bytes BLOB);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1600)"
        "INSERT INTO ballast SELECT i, 0, zeroblob(65536) FROM n;"
    )
    with closing(sqlite3.connect(file)) as database:
        database.executescript(ballast)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, file], stdout=subprocess.PIPE
    ) as writer:
        try:
            assert writer.stdout.readline()
            made = run(
                DEPLOY / "backup.sh", tmp_path / "backups", url=url, seconds=100
            ).split()[-1]
        finally:
            writer.kill()
    assert "whole" in run(DEPLOY / "restore.sh", made, url=new)
    assert verify_log(new).is_whole


def test_a_restore_says_that_entries_after_the_backup_are_lost(
    log, backup, new, tmp_path
):
    later = run(DEPLOY / "checkpoint.sh", tmp_path / "notes", url=log).split()[-1]
    said = run(DEPLOY / "restore.sh", backup, later, url=new, code=3)
    assert "cut off" in said
    assert "The backup is restored and whole" in said


def test_a_later_note_that_is_none_is_not_taken_for_entries_that_are_lost(
    backup, new, tmp_path
):
    (tmp_path / "empty.note").touch()
    assert "no checkpoint" in run(
        DEPLOY / "restore.sh", backup, tmp_path / "empty.note", url=new, code=2
    )


def test_the_journal_of_a_killed_service_is_put_aside_first(backup, new):
    if not new.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps its own journal")
    journal = Path(f"{new.removeprefix('sqlite:///')}-wal")
    journal.write_bytes(b"what the old log wrote last")
    said = run(DEPLOY / "restore.sh", backup, url=new, code=2)
    assert f"{journal} is there already: put it aside" in said
    journal.unlink()
    assert "whole" in run(DEPLOY / "restore.sh", backup, url=new)


def test_a_database_that_holds_a_log_is_left_as_it_is(log, backup):
    """What pg_restore says of it names a table and nothing to do."""
    if log.startswith("sqlite"):
        pytest.skip("a file that is there has a test of its own")
    before = rows_of(log, "SELECT entry_id FROM audit_entry ORDER BY sequence")
    said = run(DEPLOY / "restore.sh", backup, url=log, code=2)
    assert "holds an audit log already: make an empty one" in said
    assert "pg_restore" not in said
    assert rows_of(log, "SELECT entry_id FROM audit_entry ORDER BY sequence") == before


def test_half_a_copy_never_lies_where_the_log_belongs(backup, new):
    """On an empty file the service would begin a new log, and say nothing of it."""
    if not new.startswith("sqlite"):
        pytest.skip("PostgreSQL restores in one transaction")
    file = Path(new.removeprefix("sqlite:///"))
    restore = f"ulimit -f 8; '{DEPLOY / 'restore.sh'}' '{backup}' || exit 1"
    run("bash", "-c", restore, url=new, code=1)  # as on a full disk
    assert not list(file.parent.glob(f"{file.name}*"))
    assert "whole" in run(DEPLOY / "restore.sh", backup, url=new)


def test_options_of_the_connection_are_no_part_of_the_files_name(log, backup, new):
    if not new.startswith("sqlite"):
        pytest.skip("an address of PostgreSQL has other options")
    assert "whole" in run(DEPLOY / "restore.sh", backup, url=f"{new}?timeout=5")
    assert rows_of(new, "SELECT count(*) FROM audit_entry WHERE kind = 'answer'") == [
        (3,)
    ]
    said = run(DEPLOY / "restore.sh", backup, url=f"{log}?timeout=5", code=2)
    assert "is there already: put it aside" in said
    run(DEPLOY / "backup.sh", backup.parent / "o'clock", url=f"{log}?timeout=5")


def test_a_backup_that_was_changed_is_not_restored(backup, new):
    (copy,) = backup.glob("audit.*")
    copy.write_bytes(copy.read_bytes() + b"x")
    assert "FAILED" in run(DEPLOY / "restore.sh", backup, url=new, code=1)


def test_a_backup_is_its_owners_alone(backup):
    assert {path.stat().st_mode & 0o077 for path in (backup, *backup.iterdir())} == {0}


def test_a_whole_backup_removes_the_halves_of_killed_ones(log, tmp_path):
    folder = tmp_path / "backups"
    killed, running = (
        folder / ".20260101T000000Z.half",
        folder / ".20260102T000000Z.half",
    )
    for half in (killed, running):
        half.mkdir(parents=True)
        (half / "audit.dump").write_text("entries of patients")
    long_ago = time.time() - 3 * 60 * 60
    os.utime(killed, (long_ago, long_ago))
    # not while backups fail: nothing is removed before a new one is whole
    run(DEPLOY / "backup.sh", folder, url="sqlite:////nowhere/audit.sqlite3", code=2)
    assert killed.exists()
    new = Path(run(DEPLOY / "backup.sh", folder, url=log).split()[-1])
    assert {*folder.iterdir()} == {new, running}


def test_older_backups_go_once_a_new_one_is_whole_and_not_before(log, tmp_path):
    folder = tmp_path / "backups"
    older = [folder / f"2025010{day}T000000Z" for day in range(1, 5)]
    for one in (*older, folder / "notes"):
        one.mkdir(parents=True)
    run(
        DEPLOY / "backup.sh",
        folder,
        "3",
        url="postgresql://nobody@127.0.0.1:1/none",
        code=1,
    )
    assert sorted(folder.iterdir()) == sorted([*older, folder / "notes"])
    new = Path(run(DEPLOY / "backup.sh", folder, "3", url=log).split()[-1])
    assert sorted(folder.iterdir()) == sorted([*older[2:], new, folder / "notes"])


@pytest.mark.parametrize(("keep", "gone"), [("1", 2), ("2", 1), ("3", 0)])
def test_backups_dated_ahead_push_none_out(log, tmp_path, keep, gone):
    """The clock was ahead for some nights, or it is behind in this one."""
    folder = tmp_path / "backups"
    ahead = [folder / f"2999010{day}T000000Z" for day in range(1, 5)]
    older = [folder / f"2025010{day}T000000Z" for day in range(1, 3)]
    for one in (*ahead, *older):
        one.mkdir(parents=True)
    new = Path(run(DEPLOY / "backup.sh", folder, keep, url=log).split()[-1])
    assert (new / "checkpoint.note").is_file()
    assert sorted(folder.iterdir()) == sorted([*older[gone:], new, *ahead])


@pytest.mark.parametrize("keep", ["0", "00", "-1", "thirty", "3d", "9" * 20, "10000"])
def test_a_number_of_backups_that_would_keep_none_is_refused_before_anything_is_done(
    tmp_path, keep
):
    older = tmp_path / "backups" / "20250101T000000Z"
    older.mkdir(parents=True)
    text = run(
        DEPLOY / "backup.sh",
        older.parent,
        keep,
        url=f"sqlite:///{tmp_path / 'none.sqlite3'}",
        code=2,
    )
    assert "KEEP is a number" in text
    assert list(older.parent.iterdir()) == [older]


def test_a_backup_that_is_stopped_leaves_nothing_behind(tmp_path):
    """As by systemd when its time is over: a half copy holds patients."""
    slow = tmp_path / "bin/kyphoplasty-cds"
    slow.parent.mkdir()
    slow.write_text(f"#!/bin/sh\ntouch {tmp_path}/begun\nexec sleep 60\n")
    slow.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{slow.parent}:{os.environ['PATH']}",
        "KYPHOPLASTY_CDS_DATABASE_URL": "none",
    }
    command = [DEPLOY / "backup.sh", tmp_path / "backups"]
    with subprocess.Popen(command, env=environment, start_new_session=True) as backup:
        wait_until((tmp_path / "begun").exists)
        os.killpg(backup.pid, signal.SIGTERM)
        assert backup.wait(60) == 143
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("days", ["9" * 20, "-35", "1 year 35", "1e3", "0", "thirty"])
def test_an_age_of_checkpoints_that_is_no_number_of_days_is_refused(tmp_path, days):
    text = run(DEPLOY / "verify.sh", tmp_path, days, code=2)
    assert "DAYS is a number from 1" in text


@pytest.mark.parametrize("port", ["9" * 20, "65536", "0", "80a", "-1"])
def test_what_is_no_port_ends_an_update_before_anything_is_done(tmp_path, port):
    text = run(DEPLOY / "update.sh", "8081", port, code=2, DESTDIR=str(tmp_path))
    assert "a port is a number" in text
    assert list(tmp_path.iterdir()) == []
