"""What an operator runs on a Debian machine, over a real PostgreSQL; systemd is a list of what it was told."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from cds_service.audit.store import AuditStore
from cds_service.audit.verification.walk import verify_log
from tests.audit_builders import answer_entry, rows_of, tamper
from tests.deploy.locked import DEPLOY
from tests.deploy.programs import lacks, need
from tests.postgres_server import HOW_TO_GET, find_programs, postgres_server
from tests.waiting import wait_until

COMMAND = Path(sys.executable).with_name("kyphoplasty-cds")
EXAMPLES = (
    "nginx/nginx.conf",
    "alerts.yaml",
    "prometheus.yaml",
    "service.env.example",
    "owner.env.example",
)
# What there is on the machine and not here, each of which notes its call, and an
# installation that fetches nothing (how the real one installs is tested in
# tests/packaging).
STAND_INS = Path(__file__).with_name("machine")


class Machine:
    """A folder with what the scripts change, a checkout, and a database server of its own."""

    def __init__(self, folder: Path, server) -> None:
        self.server = server
        self.root = folder / "machine"
        self.etc = self.root / "etc/kyphoplasty-cds"
        self.backups = self.root / "var/backups/kyphoplasty-cds"
        self.notes = self.root / "var/lib/kyphoplasty-cds/checkpoints"
        self.checkout = folder / "a checkout"
        self._calls = folder / "calls"
        for one in (
            self.etc,
            self.backups,
            self.notes,
            self.root / "etc/systemd/system",
        ):
            one.mkdir(parents=True)
        shutil.copytree(
            DEPLOY,
            self.checkout / "deploy",
            ignore=shutil.ignore_patterns("*.env", "tls"),
        )
        shutil.copy(STAND_INS / "install.sh", self.checkout / "deploy")

    def starting(self, program: str, *words, **environment: str):
        """A script of the checkout, or a program of the machine, as a group of processes of its own."""
        script = self.checkout / "deploy" / program
        path = os.pathsep.join(
            map(str, (STAND_INS, COMMAND.parent, find_programs(), os.environ["PATH"]))
        )
        settings = {
            "PATH": path,
            "DESTDIR": str(self.root),
            "CALLS": str(self._calls),
            "BACKUPS": str(self.backups),
            "PROGRAM": str(COMMAND),
            "PGPORT": str(self.server.port),
            "BROKEN": "none",
            "FAILS": "",
        }
        # Whoever runs the tests may ignore signals, and children inherit that.
        return subprocess.Popen(
            [
                "env",
                "--default-signal=HUP,INT",
                script
                if script.is_file()
                else shutil.which(program, path=path) or program,
                *map(str, words),
            ],
            env={**os.environ, **settings, **environment},
            cwd=self.checkout,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, program: str, *words, code: int = 0, **environment: str) -> str:
        """One of them, to its end; what it said."""
        with self.starting(program, *words, **environment) as running:
            said = running.communicate()[0]
        assert running.returncode == code, said
        return said

    def calls(self) -> list[str]:
        """What systemd, curl and the installation were asked since this was asked last."""
        said = self._calls.read_text().splitlines() if self._calls.exists() else []
        self._calls.unlink(missing_ok=True)
        return said

    def url(
        self, role: str = "kyphoplasty_cds", database: str = "kyphoplasty_cds"
    ) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.server.port}/{database}"

    def cds(self, *words, role: str = "kyphoplasty_cds", **more) -> str:
        """The service's command."""
        environment = {**os.environ, "KYPHOPLASTY_CDS_DATABASE_URL": self.url(role)}
        done = subprocess.run(
            [COMMAND, *words],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            **more,
        )
        return done.stdout

    def add_reviewer(self, name: str, *words: str) -> None:
        self.cds(
            "audit",
            "add-reviewer",
            name,
            *words,
            "--password-file",
            "-",
            input="a long password of theirs",
        )

    def write(self, *numbers: int) -> None:
        """Answers in the log."""
        with closing(AuditStore(self.url())) as store:
            for number in numbers:
                store.append(answer_entry(number))

    def checkpoint(self, name: str) -> Path:
        note = self.notes / f"checkpoint-{name}.note"
        self.cds("audit", "checkpoint", "--out", str(note))
        return note

    def backup(self) -> Path:
        self.run("systemctl", "start", "kyphoplasty-cds-backup")
        return max(self.backups.iterdir())

    def answers(self, database: str = "kyphoplasty_cds") -> int:
        query = "SELECT count(*) FROM audit_search WHERE kind = 'answer'"
        return rows_of(self.url("audit", database), query)[0][0]

    def databases(self) -> set[str]:
        found = rows_of(
            self.url("audit", "postgres"),
            "SELECT datname FROM pg_database WHERE NOT datistemplate",
        )
        return {name for (name,) in found} - {"postgres"}


@pytest.fixture
def bare(tmp_path):
    """A machine before anything is installed."""
    need("psql")
    with postgres_server(find_programs() or lacks(HOW_TO_GET)) as server:
        yield Machine(tmp_path, server)


@pytest.fixture
def machine(bare):
    """One that runs, with an answer and a reviewer in its log."""
    bare.run("install.sh", bare.root / "opt/kyphoplasty-cds")
    bare.run("make-database.sh")
    bare.cds("audit", "migrate", role="kyphoplasty_cds_owner")
    bare.run(
        "psql",
        "--quiet",
        "--file",
        DEPLOY / "postgres/protect.sql",
        bare.url("kyphoplasty_cds_owner"),
    )
    bare.write(1)
    bare.add_reviewer("anna")
    bare.calls()
    return bare


def passwords(machine) -> list[str]:
    """Of the service and of the owner."""
    text = "".join(
        (machine.etc / f"{name}.env").read_text() for name in ("service", "owner")
    )
    return re.findall("^PGPASSWORD=(.+)$", text, re.MULTILINE)


# --- make-database.sh


def test_the_passwords_of_both_roles_go_into_files_of_root_alone(bare):
    bare.run("make-database.sh")
    files = [bare.etc / "service.env", bare.etc / "owner.env"]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
    assert "change-me" not in "".join(file.read_text() for file in files)
    assert "@127.0.0.1/kyphoplasty_cds" in files[0].read_text()
    assert len(set(passwords(bare))) == len(passwords(bare)) == 2
    logins = "SELECT rolname FROM pg_authid WHERE rolcanlogin AND rolpassword LIKE 'SCRAM%' ORDER BY 1"
    assert rows_of(bare.url("audit", "postgres"), logins) == [
        ("kyphoplasty_cds",),
        ("kyphoplasty_cds_owner",),
    ]


def test_where_it_failed_half_way_the_same_again_is_enough(bare):
    statements = bare.checkout / "deploy/postgres/database.sql"
    whole = statements.read_text()
    statements.write_text("\\set ON_ERROR_STOP on\nSELECT 1 / 0;\n")
    assert "division by zero" in bare.run("make-database.sh", code=3)
    assert list(bare.etc.iterdir()) == []
    statements.write_text(whole)
    bare.run("make-database.sh")
    assert bare.databases() >= {"kyphoplasty_cds"}
    assert sorted(path.name for path in bare.etc.iterdir()) == [
        "owner.env",
        "service.env",
    ]


def test_passwords_in_use_are_not_replaced(machine):
    before = passwords(machine)
    assert "nothing was done" in machine.run("make-database.sh", code=2)
    assert passwords(machine) == before


# --- update.sh


def test_an_update_backs_up_installs_migrates_and_starts_one_replica_after_the_other(
    machine,
):
    said = machine.run("update.sh")
    (new,) = machine.backups.iterdir()
    assert str(new) in said
    program = machine.root / "opt/kyphoplasty-cds"
    assert machine.calls() == [
        "systemctl start kyphoplasty-cds-backup",
        f"install {program}",
        "systemctl daemon-reload",
        "systemctl restart kyphoplasty-cds@8081",
        "curl http://127.0.0.1:8081/health/ready",
        "systemctl restart kyphoplasty-cds@8082",
        "curl http://127.0.0.1:8082/health/ready",
    ]
    assert "Changed, and not put in place" not in said
    assert sorted(path.name for path in machine.etc.iterdir()) == [
        "owner.env",
        "service.env",
    ]


def test_after_a_failure_it_goes_on_with_the_backup_that_it_made(machine):
    assert "STOPPED" in machine.run("update.sh", code=1, FAILS="yes")
    first = max(machine.backups.iterdir())
    assert machine.calls()[-1].startswith("install")  # no replica was touched
    with (machine.checkout / "deploy/alerts.yaml").open("a") as alerts:
        alerts.write("# newer\n")
    said = machine.run("update.sh", "8082", code=1, BROKEN="8082")
    assert "8082 is not ready" in said
    assert "STOPPED" in said
    assert "systemctl start kyphoplasty-cds-backup" not in machine.calls()
    said = machine.run("update.sh")
    assert f"The backup made before: {first}" in said
    examples = machine.root / "opt/kyphoplasty-cds/deploy/examples"
    assert [line for line in said.splitlines() if "Changed" in line] == [
        f"Changed, and not put in place: {examples / 'alerts.yaml'}"
    ]
    assert "Changed, and" not in machine.run("update.sh")


# --- recover.sh


def test_a_backup_takes_the_place_of_the_log_and_the_log_of_before_is_kept_aside(
    machine,
):
    machine.checkpoint("older")
    backup = machine.backup()
    machine.write(2, 3)
    machine.add_reviewer("ben", "--role", "operator")
    machine.add_reviewer("ben", "--replace")
    machine.cds("audit", "remove-reviewer", "anna")
    machine.checkpoint("younger")
    machine.calls()
    said = machine.run("recover.sh", backup)
    (aside,) = machine.databases() - {"kyphoplasty_cds"}
    assert (machine.answers(), machine.answers(aside)) == (1, 3)
    assert f"The earlier database is called {aside}." in said
    assert "cut off" in said  # by the younger checkpoint, and nothing ended for it
    again = [
        line.partition("#")[0].strip()
        for line in said.splitlines()
        if line.startswith("cds ")
    ]
    assert again == [
        "cds audit add-reviewer 'ben' --role operator",
        "cds audit add-reviewer 'ben' --role operator --replace",
        "cds audit remove-reviewer 'anna'",
    ]
    assert machine.calls() == [
        "systemctl stop kyphoplasty-cds@* kyphoplasty-cds-*.timer kyphoplasty-cds-*.service"
    ]
    machine.write(4)  # by the service's own role; the chain goes on
    assert verify_log(machine.url()).is_whole
    with (
        psycopg.connect(machine.url()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM audit_entry")


def test_what_a_broken_database_says_of_accounts_is_no_command(machine):
    backup = machine.backup()
    machine.add_reviewer("ben", "--role", "operator")
    tamper(
        machine.url("audit"),
        """UPDATE audit_payload SET body = replace(body, '"operator"', '"operator;reboot"')""",
    )
    tamper(
        machine.url("audit"),
        r"UPDATE audit_search SET at = E'\nreboot' WHERE kind = 'account'",
    )
    said = machine.run("recover.sh", backup)
    assert "cds audit add-reviewer 'ben' --role operator?reboot " in said
    assert "\nreboot" not in said


def test_what_was_put_into_a_broken_database_runs_with_the_rights_of_its_owner(machine):
    backup = machine.backup()
    view = """SELECT sequence, '{"content": {"account": "' || current_user || '"}}' AS body FROM audit_search"""
    tamper(
        machine.url("audit"),
        "DROP TABLE audit_payload CASCADE",
        f"CREATE VIEW audit_payload AS {view}",
        "ALTER VIEW audit_payload OWNER TO kyphoplasty_cds_owner",
        "UPDATE audit_search SET kind = 'account', result = 'closed', sequence = 99 WHERE sequence = 1",
    )
    assert "remove-reviewer 'kyphoplasty_cds_owner'" in machine.run(
        "recover.sh", backup
    )


@pytest.mark.parametrize(
    ("trouble", "code"),
    [("changed", 1), ("statement", 2), ("not there", 2), ("unnamed", 2)],
)
def test_a_backup_that_is_none_changes_nothing(machine, trouble, code):
    backup = machine.backup()
    machine.calls()
    if trouble == "changed":
        with (backup / "audit.dump").open("ab") as dump:
            dump.write(b"x")
    if trouble == "statement":  # to `audit verify` a carriage return ends a line too
        note = backup / "checkpoint.note"
        note.write_bytes(
            note.read_bytes()
            .replace(b"\n", b"\r", 2)
            .replace(b"\n", b"\n0) AS c; SELECT 1 / 0; --\n", 1)
        )
        files = (note, backup / "audit.dump")
        sums = [
            f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n"
            for one in files
        ]
        (backup / "SHA256SUMS").write_text("".join(sums))
    words = {"not there": [machine.backups / "20200101T000000Z"], "unnamed": []}.get(
        trouble, [backup]
    )
    machine.run("recover.sh", *words, code=code)
    assert machine.calls() == []
    assert machine.databases() == {"kyphoplasty_cds"}


def test_where_a_later_step_fails_the_database_has_its_name_again(machine):
    backup = machine.backup()
    machine.write(2)
    statements = machine.checkout / "deploy/postgres/protect.sql"
    whole = statements.read_text()
    statements.write_text("\\set ON_ERROR_STOP on\nSELECT 1 / 0;\n")
    said = machine.run("recover.sh", backup, code=3)
    assert "STOPPED" in said
    assert "has its name back" in said
    assert (machine.databases(), machine.answers()) == ({"kyphoplasty_cds"}, 2)
    statements.write_text(whole)
    machine.run("recover.sh", backup)
    assert machine.answers() == 1


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_who_hangs_up_in_the_middle_finds_the_database_under_its_name(machine, sent):
    backup = machine.backup()
    machine.write(2)
    begun = machine.root / "begun"
    (machine.checkout / "deploy/restore.sh").write_text(
        f"#!/bin/sh\ntouch '{begun}'\nexec sleep 60\n"
    )
    with machine.starting("recover.sh", backup) as recovering:
        wait_until(begun.exists)
        os.killpg(recovering.pid, sent)
        said = recovering.communicate(timeout=60)[0]
    assert recovering.returncode == 128 + sent
    assert "STOPPED" in said
    assert (machine.databases(), machine.answers()) == ({"kyphoplasty_cds"}, 2)


def test_where_the_database_is_gone_altogether_a_backup_takes_its_place(machine):
    backup = machine.backup()
    machine.server.ask("DROP DATABASE kyphoplasty_cds")
    machine.run("recover.sh", backup)
    assert machine.answers() == 1


def test_a_younger_note_that_is_none_is_passed_over_and_said(machine):
    """As after a loss of power."""
    backup = machine.backup()
    (machine.notes / "checkpoint-empty.note").touch()
    assert "checkpoint-empty.note is no checkpoint" in machine.run("recover.sh", backup)


# --- verify.sh


def test_the_log_is_held_against_checkpoints_that_came_back(machine):
    witness = machine.etc / "witness"
    witness.mkdir()
    asked = {"KYPHOPLASTY_CDS_DATABASE_URL": machine.url()}
    assert "of no day" in machine.run("verify.sh", witness, code=2, **asked)
    shutil.copy(machine.checkpoint("one"), witness / "one.note")
    assert "whole" in machine.run("verify.sh", witness, **asked)
    (witness / "key").write_text("kyphoplasty-cds/other+00000000+AAAA")
    machine.run("verify.sh", witness, code=2, **asked)
    (witness / "key").unlink()
    lines = (witness / "one.note").read_text().splitlines()
    for day, answer in (("2020-01-01", "is of 2020-01-01"), ("2999-01-01", "no day")):
        dated = [*lines[:3], f"{day}T00:00:00.000Z", *lines[4:]]
        (witness / "one.note").write_text("\n".join(dated) + "\n")
        assert answer in machine.run("verify.sh", witness, code=2, **asked)
    shutil.copy(machine.checkpoint("two"), witness / "one.note")
    tamper(
        machine.url("audit"),
        "UPDATE audit_search SET patient = 'other' WHERE kind = 'answer'",
    )
    assert "NOT whole" in machine.run("verify.sh", witness, code=1, **asked)


def test_checkpoints_of_this_machine_are_used_too(machine):
    """The copy that came back is old: what was changed since is seen by the local ones."""
    witness = machine.etc / "witness"
    witness.mkdir()
    asked = {"KYPHOPLASTY_CDS_DATABASE_URL": machine.url()}
    shutil.copy(machine.checkpoint("one"), witness / "one.note")
    with closing(AuditStore(machine.url())) as store:
        store.append(answer_entry(77))
    machine.checkpoint("two")
    assert "whole" in machine.run("verify.sh", witness, "35", machine.notes, **asked)
    last = "SELECT max(sequence) - 2 FROM audit_entry"
    tables = ("audit_search", "audit_card", "audit_payload", "audit_entry")
    tamper(
        machine.url("audit"),
        *(f"DELETE FROM {table} WHERE sequence > ({last})" for table in tables),
    )
    assert "whole" in machine.run("verify.sh", witness, **asked)
    assert "NOT whole" in machine.run(
        "verify.sh", witness, "35", machine.notes, code=1, **asked
    )


def test_a_note_is_handed_to_the_witness(machine, tmp_path):
    elsewhere, witness = tmp_path / "elsewhere", tmp_path / "witness"
    elsewhere.mkdir()
    witness.write_text(f'#!/bin/sh\nexec cp "$1" {elsewhere}\n')
    witness.chmod(0o755)
    asked = {"KYPHOPLASTY_CDS_DATABASE_URL": machine.url()}
    note = Path(
        machine.run("checkpoint.sh", machine.notes, witness, **asked).splitlines()[-1]
    )
    assert (elsewhere / note.name).read_bytes() == note.read_bytes()
    witness.write_text("#!/bin/sh\nexit 7\n")
    before = set(machine.notes.iterdir())
    machine.run("checkpoint.sh", machine.notes, witness, code=7, **asked)
    assert len(set(machine.notes.iterdir()) - before) == 1


# --- fetch.sh


def test_a_version_is_taken_only_with_the_digest_that_came_another_way(tmp_path):
    def git(folder, *words):
        who = (
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "-c",
            "init.defaultBranch=main",
        )
        return subprocess.run(
            ["git", *who, *words], cwd=folder, capture_output=True, check=True
        ).stdout

    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    git(theirs, "init", "-q")
    for text in ("old", "new"):
        (theirs / "program").write_text(text)
        git(theirs, "add", ".")
        git(theirs, "commit", "-q", "-m", text)
        if text == "old":
            git(tmp_path, "clone", "-q", "theirs", "ours")
    commit = git(theirs, "rev-parse", "HEAD").decode().strip()
    digest = hashlib.sha256(git(theirs, "archive", "--format=tar", commit)).hexdigest()

    def fetch(*words):
        done = subprocess.run(
            [DEPLOY / "fetch.sh", *words],
            cwd=ours,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, (ours / "program").read_text()

    assert fetch(commit, "0" * 64) == (1, "old")
    assert fetch("no-such-commit", hashlib.sha256().hexdigest()) == (1, "old")
    assert fetch(commit, digest) == (0, "new")
    (ours / "program").write_text("changed")
    assert fetch(commit, digest) == (1, "changed")
