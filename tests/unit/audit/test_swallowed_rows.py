"""A database that swallows a row of the log is noticed, and nothing is shown."""

import sqlite3
from datetime import UTC, datetime

import pytest

from cds_service.audit.chain import AuditEntry
from cds_service.audit.store import AuditStore
from cds_service.errors import AuditUnavailable
from tests.chart_builders import HOOK, kyphoplasty, order_sign, thin_and_weak
from tests.review_desk import ReviewDesk

TABLES = ("audit_entry", "audit_payload", "audit_search", "audit_card")
# Of its owner: the rows of later entries are not kept, or not for long.
IGNORED = (
    "CREATE TRIGGER hide BEFORE INSERT ON {table} WHEN NEW.sequence > {last}"
    " BEGIN SELECT RAISE(IGNORE); END"
)
DELETED = (
    "CREATE TRIGGER hide AFTER INSERT ON {table} WHEN NEW.sequence > {last}"
    " BEGIN DELETE FROM {table} WHERE sequence = NEW.sequence; END"
)


def entries_in(folder):
    with sqlite3.connect(folder / "audit.sqlite3") as owner:
        return owner.execute("SELECT count(*) FROM audit_entry").fetchone()[0]


@pytest.mark.parametrize("trigger", [IGNORED, DELETED], ids=["ignored", "deleted"])
@pytest.mark.parametrize("table", TABLES)
def test_no_card_leaves_whose_rows_the_database_swallows(tmp_path, table, trigger):
    desk = ReviewDesk(tmp_path)
    desk.sign()
    last = entries_in(tmp_path)
    with sqlite3.connect(tmp_path / "audit.sqlite3") as owner:
        owner.execute(trigger.format(table=table, last=last))
    answer = desk.app.test_client().post(
        f"/cds-services/{HOOK}", json=order_sign(thin_and_weak(), kyphoplasty())
    )
    assert answer.status_code == 503
    assert entries_in(tmp_path) == last


def test_the_log_goes_on_once_the_trigger_is_gone(tmp_path):
    store = AuditStore(f"sqlite:///{tmp_path / 'audit.sqlite3'}")

    def append():
        content = {"nearMisses": []}
        store.append(
            AuditEntry(kind="near-miss", at=datetime.now(UTC), content=content)
        )

    append()
    with sqlite3.connect(tmp_path / "audit.sqlite3") as owner:
        owner.execute(IGNORED.format(table="audit_payload", last=0))
    with pytest.raises(AuditUnavailable):
        append()
    with sqlite3.connect(tmp_path / "audit.sqlite3") as owner:
        owner.execute("DROP TRIGGER hide")
    append()
    store.close()
