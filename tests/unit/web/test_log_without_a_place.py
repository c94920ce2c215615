"""A SQLite log that can have no file at its path stops the start."""

from pathlib import Path

import pytest

from cds_service.audit.database import Database
from cds_service.audit.store import AuditStore
from cds_service.errors import DataFileError
from cds_service.settings import Settings
from cds_service.web import server


def refuse(file: Path) -> None:
    server.refuse_file_without_place(Database(f"sqlite:///{file}"))


def test_a_folder_is_no_log(tmp_path: Path):
    with pytest.raises(DataFileError, match="is a folder: write the path of a file in"):
        refuse(tmp_path)


@pytest.mark.parametrize("way", ["missing", "missing/deeper", "file"])
def test_a_file_in_no_folder_is_no_log(tmp_path: Path, way: str):
    (tmp_path / "file").touch()
    with pytest.raises(DataFileError, match="does not exist: make it") as caught:
        refuse(tmp_path / way / "audit.sqlite3")
    assert str(tmp_path / way) in str(caught.value)
    assert "KYPHOPLASTY_CDS_DATABASE_URL" in str(caught.value)


def test_a_link_to_a_file_in_no_folder_is_no_log(tmp_path: Path):
    link = tmp_path / "audit.sqlite3"
    link.symlink_to(tmp_path / "gone" / "audit.sqlite3")
    with pytest.raises(DataFileError, match="does not exist: make it"):
        refuse(link)


def test_a_file_that_is_there_or_can_be_made_is_one(tmp_path: Path):
    refuse(tmp_path / "new.sqlite3")
    (tmp_path / "old.sqlite3").touch()
    refuse(tmp_path / "old.sqlite3")
    (tmp_path / "link.sqlite3").symlink_to(tmp_path / "new.sqlite3")
    refuse(tmp_path / "link.sqlite3")


def test_postgresql_has_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    server.refuse_file_without_place(Database("postgresql://db.example.org/log"))


def test_the_start_refuses_before_it_listens(tmp_path: Path, monkeypatch):
    opened = []
    monkeypatch.setattr(AuditStore, "open_with", lambda _, entry: opened.append(entry))
    settings = Settings(database_url=f"sqlite:///{tmp_path}")
    with pytest.raises(DataFileError, match="is a folder"):
        server.run_server(settings, host="127.0.0.1", port=0, workers=1)
    assert opened == []
