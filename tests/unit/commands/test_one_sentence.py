"""What ends a command is one sentence that says what to do, never a traceback."""

import subprocess
import sys

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from cds_service.audit.database import Database
from cds_service.cli import main

PROGRAM = "from cds_service.cli import main; main()"
LONG = "a" * 300  # no file system takes such a name


@pytest.fixture
def log(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", url)
    monkeypatch.delenv("KYPHOPLASTY_CDS_SITE", raising=False)
    database = Database(url)
    database.prepare()
    database.dispose()
    return url


def sentence_of(*words: str, url: str, monkeypatch) -> tuple[int, str]:
    """Run a command on the log at this address; its status and its one line."""
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", url)
    monkeypatch.delenv("KYPHOPLASTY_CDS_SITE", raising=False)
    done = CliRunner().invoke(main, list(words))
    assert isinstance(done.exception, SystemExit), done.exception
    (line,) = done.stderr.splitlines()
    return done.exit_code, line


ADDRESSES = [
    pytest.param("postgresql:///?port=abc", id="port-of-letters"),
    pytest.param("postgresql://127.0.0.1:70000/log", id="port-too-large"),
    pytest.param("postgresql://a..b/log", id="no-host"),
    pytest.param("sqlite:///x?timeout=abc", id="time-of-letters"),
    pytest.param("sqlite:///x?check_same_thread=maybe", id="neither-yes-nor-no"),
    pytest.param("sqlite://host/x", id="host-of-a-file"),
    pytest.param("sqlite:///a%00b", id="nul"),
    pytest.param(f"sqlite:///{LONG}", id="long-path"),
]


@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("audit", "list"), id="list"),
        pytest.param(("audit", "migrate"), id="migrate"),
        pytest.param(("audit", "verify"), id="verify"),
    ],
)
def test_what_is_no_address_of_a_database_is_wrong_configuration(
    url, words, monkeypatch
):
    code, line = sentence_of(*words, url=url, monkeypatch=monkeypatch)
    assert code == 2
    assert "DATABASE_URL" in line
    assert any(cure in line for cure in ("write sqlite", "name another", "set this"))


def run(*words: str, **streams: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=120,  # of a service that starts all the same
        **streams,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("url", ADDRESSES)
def test_the_service_does_not_start_with_what_is_no_address(url, monkeypatch):
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", url)
    code, text = run("serve", "--port", "0", stdout=subprocess.DEVNULL)
    assert (code, "Traceback" in text) == (2, False)
    assert "DATABASE_URL" in text.splitlines()[-1]


READERS = [
    pytest.param(("audit", "list"), id="list"),
    pytest.param(("audit", "export"), id="export"),
    pytest.param(("audit", "verify"), id="verify"),
    pytest.param(("models",), id="models"),
    pytest.param(("mappings", "views"), id="views"),
    pytest.param(("--help",), id="help"),
]


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("words", READERS)
def test_a_reader_that_has_gone_ends_a_command_in_one_sentence(words):
    """As in `kyphoplasty-cds audit list | head -1`."""
    reader = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    reader.wait()
    code, text = run(*words, stdout=reader.stdin)
    reader.stdin.close()
    (line,) = [line for line in text.splitlines() if not line.startswith("no answer")]
    assert (code, line.startswith("error: standard output was closed")) == (1, True)


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("words", READERS)
def test_a_command_without_a_standard_output_does_not_begin(words):
    command = [sys.executable, "-c", PROGRAM, *words]
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *command],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "error: standard output is closed: leave it open, or send it to /dev/null\n"
    )


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("audit", "checkpoint", "--out"), id="checkpoint"),
        pytest.param(("audit", "export", "--out"), id="export"),
        pytest.param(("audit", "verify", "--checkpoint"), id="verify"),
        pytest.param(("mappings", "learn"), id="learn"),
        pytest.param(("explain",), id="explain"),
    ],
)
def test_a_path_that_is_too_long_is_named(words, tmp_path):
    done = CliRunner().invoke(main, [*words, str(tmp_path / LONG)])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in (1, 2)
    assert LONG in done.stderr


def test_the_path_of_an_unforeseen_error_is_named(tmp_path, monkeypatch):
    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied", str(tmp_path / "data"))

    monkeypatch.setattr("cds_service.commands.audit_log.log.read_settings", refuse)
    done = CliRunner().invoke(main, ["audit", "list"])
    assert done.exit_code == 2
    assert f"{tmp_path / 'data'} cannot be used (Permission denied)" in done.stderr


def faults_of_a_checkpoint(url, monkeypatch) -> str:
    return sentence_of("audit", "checkpoint", url=url, monkeypatch=monkeypatch)[1]


def test_a_full_disk_is_a_full_disk(log, monkeypatch):
    """The largest size of a file stands for a disk: SQLite tells them apart by no code."""
    with Database(log).writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    prepare = Database.prepare

    def prepare_small(database):
        prepare(database)
        with database.reading() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr(Database, "prepare", prepare_small)
    ends = (CliRunner().invoke(main, ["audit", "checkpoint"]) for _ in range(40))
    refused = next(done for done in ends if done.exit_code)
    (line,) = refused.stderr.splitlines()
    assert "the disk of the log is full: make room" in line
    assert "login" not in line


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param("127.0.0.1:1/log", "nothing listens", id="nothing-listens"),
        pytest.param("no-such-host.invalid/log", "name of the", id="unknown-host"),
        pytest.param("/log?host=/nowhere", "socket", id="no-socket"),
        pytest.param("127.0.0.1:1/log?foo=bar", "question mark", id="no-option"),
    ],
)
def test_each_fault_of_an_address_has_its_own_sentence(address, words, monkeypatch):
    line = faults_of_a_checkpoint(f"postgresql://{address}", monkeypatch)
    assert words in line
    assert "login" not in line


def test_a_server_without_the_database_or_the_role_says_which(postgres, monkeypatch):
    url = postgres.url("nothing-here")
    assert "no such database" in faults_of_a_checkpoint(url, monkeypatch)
    url = postgres.url().replace("audit@", "nobody-here@")
    assert "refuses this password or this name" in faults_of_a_checkpoint(
        url, monkeypatch
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            'FATAL:  password authentication failed for user "cds"',
            "refuses this password",
            id="password",
        ),
        pytest.param(
            "FATAL:  sorry, too many clients already", "no free connection", id="many"
        ),
        pytest.param(
            "FATAL:  the database system is starting up", "starting", id="start"
        ),
        pytest.param("connection timeout expired", "in time", id="slow"),
        pytest.param("erreur: 'Mrs Smith'", "does not answer", id="another-language"),
    ],
)
def test_what_a_server_says_is_told_in_our_words(log, monkeypatch, text, words):
    def fail(_database):
        raise OperationalError("SELECT", None, psycopg.OperationalError(text))

    monkeypatch.setattr(Database, "prepare", fail)
    line = faults_of_a_checkpoint(log, monkeypatch)
    assert words in line
    assert text not in line
