"""A log whose file lost bytes is verified as damaged, not refused as another database."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from tests.audit_builders import fill

COUNT = 40
JUNK = b"\xa5"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "audit.sqlite3"
    fill(f"sqlite:///{path}", COUNT).dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def verified(file: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict]:
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", f"sqlite:///{file}")
    result = CliRunner().invoke(main, ["audit", "verify", "--json"])
    return result.exit_code, json.loads(result.stdout)


def overwrite(file: Path, start: int, length: int) -> None:
    content = bytearray(file.read_bytes())
    content[start : start + length] = JUNK * length
    file.write_bytes(content)


def page_of(file: Path, table: str) -> tuple[int, int]:
    """Return the place and the length of the first page of a table."""
    with closing(sqlite3.connect(file)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = connection.execute(query, (table,)).fetchone()
    return (page - 1) * size, size


@pytest.mark.parametrize("table", ["audit_entry", "audit_payload", "audit_search"])
def test_a_page_that_was_overwritten_fails_the_verification(
    table: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overwrite(file, *page_of(file, table))
    code, report = verified(file, monkeypatch)
    assert code == 1
    assert "damaged" in json.dumps(report)


def test_so_does_a_header_that_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overwrite(file, 0, 100)
    code, report = verified(file, monkeypatch)
    assert code == 1
    assert "damaged" in json.dumps(report)


def test_a_file_cut_in_half_fails_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    code, _ = verified(file, monkeypatch)
    assert code == 1


def test_a_file_that_is_not_there_is_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'none.sqlite3'}"
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", url)
    assert CliRunner().invoke(main, ["audit", "verify"]).exit_code == 2
