"""A file of the log that was cut in place, while it is open, takes no more entries."""

import os
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pytest

from cds_service.audit.store import AuditStore
from cds_service.errors import AuditUnavailable
from tests.audit_builders import answer_entry, rows_of
from tests.chart_builders import Asked, kyphoplasty, order_sign
from tests.patients.inpatients import chart, coded


def store_with(tmp_path: Path, count: int = 3) -> AuditStore:
    """An open log of some entries, of which the journal still holds the last."""
    store = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    for number in range(1, count + 1):
        store.append(answer_entry(number))
    return store


@pytest.mark.parametrize("name", ["audit.sqlite3", "audit.sqlite3-wal"])
@pytest.mark.parametrize("share", [0, 0.5])
def test_a_file_that_was_cut_takes_no_entry(
    name: str, share: float, tmp_path: Path
) -> None:
    with closing(store_with(tmp_path)) as store:
        file = tmp_path / name
        os.truncate(file, int(file.stat().st_size * share))
        for _ in range(3):
            with pytest.raises(AuditUnavailable):
                store.append(answer_entry(9))


def test_a_journal_that_a_checkpoint_emptied_goes_on(tmp_path: Path) -> None:
    with closing(store_with(tmp_path)) as store:
        url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
        for number in range(4, 8):
            rows_of(url, "PRAGMA wal_checkpoint(TRUNCATE)")
            assert (tmp_path / "audit.sqlite3-wal").stat().st_size == 0
            store.append(answer_entry(number))
    assert len(rows_of(url, "SELECT 1 FROM audit_entry WHERE kind = 'answer'")) == 7


@pytest.mark.parametrize("name", ["audit.sqlite3", "audit.sqlite3-wal"])
def test_no_answer_leaves_over_http_once_a_file_was_cut(
    name: str, tmp_path: Path
) -> None:
    with closing(store_with(tmp_path)) as store:
        asked = Asked(log=store)
        call = order_sign(chart(coded("M80.08XA", days=20)), kyphoplasty())
        assert asked.post(call).status_code == HTTPStatus.OK
        os.truncate(tmp_path / name, 0)
        for _ in range(2):
            reply = asked.post(call)
            assert reply.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            assert "cards" not in reply.get_data(as_text=True)
