"""Commands on a log that was altered, cut or made by another version: one line and no success."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.audit.store import AuditStore
from cds_service.cli import main
from tests.audit_builders import answer_entry, tamper
from tests.review_desk import ReviewDesk

READING = {
    "list": ["list"],
    "show": ["show", "3"],
    "export": ["export"],
    "export-csv": ["export", "--format", "csv"],
    "export-fhir": ["export", "--format", "fhir"],
    "report": ["report"],
    "checkpoint": ["checkpoint"],
}
OTHERS = {"purge": ["purge"], "migrate": ["migrate"], "verify": ["verify"]}


def write_log(folder: Path, url: str) -> None:
    desk = ReviewDesk(folder, url=url)
    desk.sign()
    for number in (1, 2):
        desk.store.append(answer_entry(number))
    desk.store.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The file of a log that nobody has touched."""
    folder = tmp_path_factory.mktemp("whole")
    write_log(folder, f"sqlite:///{folder / 'audit.sqlite3'}")
    with closing(sqlite3.connect(folder / "audit.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "audit.sqlite3"


@pytest.fixture
def log(tmp_path, whole, monkeypatch):
    (tmp_path / "audit.sqlite3").write_bytes(whole.read_bytes())
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", url)
    monkeypatch.delenv("KYPHOPLASTY_CDS_SITE", raising=False)
    return tmp_path / "audit.sqlite3"


def run(*words: str) -> tuple[int, str]:
    """Run a command that must not end with a traceback; its code, and what it says."""
    done = CliRunner().invoke(main, ["audit", *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), (
        words,
        done.exception,
    )
    return done.exit_code, done.stderr or done.stdout


def fault_of(*words: str) -> str:
    """What a command says that does not succeed: one line."""
    code, said = run(*words)
    assert code in (1, 2), (words, code, said)
    (line,) = [one for one in said.splitlines() if one.startswith("error")]
    return line


BYTES_FOR_A_PATIENT = "UPDATE audit_search SET patient = CAST(patient AS BLOB)"
WORDS_FOR_A_STATUS = "UPDATE audit_search SET status = 'many'"
NO_DAY = "UPDATE audit_entry SET at = 'x'"
BYTES_FOR_A_CARD = "UPDATE audit_card SET rules = CAST(rules AS BLOB)"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(BYTES_FOR_A_PATIENT, id="patient-of-bytes"),
        pytest.param(WORDS_FOR_A_STATUS, id="status-of-words"),
        pytest.param(NO_DAY, id="no-day"),
        pytest.param(BYTES_FOR_A_CARD, id="card-of-bytes"),
    ],
)
@pytest.mark.parametrize("words", READING.values(), ids=READING)
def test_an_altered_row_is_named_or_not_met(log, words, damage):
    tamper(f"sqlite:///{log}", f"{damage} WHERE sequence = 3")
    code, said = run(*words)
    if code:
        assert said.startswith("error: The audit log was altered"), said
    assert run("verify")[0] == 1


LIST, SHOW = ("list",), ("show", "3")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        pytest.param(BYTES_FOR_A_PATIENT, LIST, id="patient-of-bytes"),
        pytest.param(WORDS_FOR_A_STATUS, LIST, id="status-of-words"),
        pytest.param(NO_DAY, SHOW, id="no-day"),
        pytest.param(BYTES_FOR_A_CARD, LIST, id="card-of-bytes"),
    ],
)
def test_no_altered_row_is_listed_as_if_it_were_whole(log, damage, words):
    tamper(f"sqlite:///{log}", f"{damage} WHERE sequence = 3")
    assert "`audit verify` says where" in fault_of(*words)


@pytest.mark.parametrize("place", ["'abc'", "x'6162'", "3.5", "9e999"])
def test_a_stray_row_of_any_kind_is_a_fault(log, place):
    tamper(
        f"sqlite:///{log}",
        "INSERT INTO audit_card(sequence, position, card, topic, indicator, rules)"
        f" VALUES ({place}, 0, 'a', 'b', 'c', 'd')",
    )
    code, said = run("verify")
    assert code == 1
    assert "audit_card has a row that belongs to no entry" in said


def cut(part: float) -> Callable[[Path], None]:
    def cut_it(log: Path) -> None:
        content = log.read_bytes()
        log.write_bytes(content[: int(len(content) * part)])

    return cut_it


def overwrite(log: Path) -> None:
    log.write_bytes(b"not a database " * 500)


def remove(log: Path) -> None:
    log.unlink()


def drop(table: str) -> Callable[[Path], None]:
    return lambda log: tamper(f"sqlite:///{log}", f"DROP TABLE {table}")


def be_newer(log: Path) -> None:
    tamper(f"sqlite:///{log}", "UPDATE audit_version SET version_num = '9999'")


def rename_column(log: Path) -> None:
    tamper(f"sqlite:///{log}", "ALTER TABLE audit_entry RENAME COLUMN hash TO no_hash")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(cut(0.5), id="cut-in-half"),
        pytest.param(cut(0.01), id="cut-to-its-head"),
        pytest.param(overwrite, id="no-database"),
        pytest.param(remove, id="gone"),
        pytest.param(drop("audit_entry"), id="no-chain"),
        pytest.param(rename_column, id="another-column"),
    ],
)
@pytest.mark.parametrize("words", (READING | OTHERS).values(), ids=READING | OTHERS)
def test_a_log_that_cannot_be_read_is_one_line(log, words, damage):
    damage(log)
    code, said = run(*words)
    if words in (["migrate"], ["purge"]) and code == 0:
        return  # it may begin a log; there is nothing to purge
    assert code in (1, 2), said
    if words == ["verify"] and code == 1:
        assert "NOT whole" in said or "integrity_check" in said
    else:
        assert len([one for one in said.splitlines() if "error" in one]) == 1, said


@pytest.mark.parametrize("words", READING.values(), ids=READING)
def test_a_log_of_a_newer_program_is_one_line(log, words):
    be_newer(log)
    assert "newer version" in fault_of(*words)


@pytest.mark.usefixtures("log")
def test_a_folder_without_notes_proves_nothing(tmp_path):
    """A log that was cut off looks whole without a note."""
    notes = tmp_path / "notes"
    notes.mkdir()
    assert "has no *.note" in fault_of("verify", "--checkpoint", str(notes))
    assert run("verify")[0] == 0


@pytest.mark.parametrize(
    ("damage", "is_whole"),
    [
        pytest.param("DROP TABLE audit_entry CASCADE", False, id="no-chain"),
        pytest.param("DROP TABLE audit_card", False, id="no-cards"),
        pytest.param(
            "ALTER TABLE audit_entry RENAME COLUMN hash TO no_hash",
            False,
            id="another-column",
        ),
        pytest.param(
            "ALTER TABLE audit_card ALTER COLUMN rules TYPE bytea USING 'x'",
            False,
            id="another-type",
        ),
        pytest.param(
            "ALTER TABLE audit_search ALTER COLUMN status TYPE text USING 'many'",
            False,
            id="numbers-in-words",
        ),
        # It may hold what this version neither reads nor checks.
        pytest.param(
            "UPDATE audit_version SET version_num = '9999'", False, id="newer"
        ),
    ],
)
def test_a_damaged_log_in_postgresql_is_one_line(
    postgres, monkeypatch, damage, is_whole
):
    url = postgres.new_log()
    store = AuditStore(url, wait_seconds=30)
    store.append(answer_entry(1))
    store.close()
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", url)
    tamper(url, damage)
    for words in READING.values():
        code, text = run(*words)
        assert code == 0 or "error: " in text
    assert run("list")[0] in (1, 2)
    assert (run("verify")[0] == 0) is is_whole
