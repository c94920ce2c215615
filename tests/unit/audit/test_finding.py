"""The fast way to a page of entries finds what the plain one finds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cds_service.audit.database import Database
from cds_service.audit.finding import Finder
from cds_service.audit.query import Query
from cds_service.audit.reading import AuditReader
from tests.bench.big_log import fill

ENTRIES = 1500
EVERY_KIND = ("genesis", "answer", "refusal", "feedback", "read", "mark")


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "audit.sqlite3"
    fill(path, ENTRIES)
    found = Database(f"sqlite:///{path}")
    yield found
    found.dispose()


QUERIES = (
    Query(),
    Query(kinds=EVERY_KIND),
    Query(kinds=("answer", "refusal")),
    Query(kinds=("feedback", "mark", "read"), user="anna"),
    Query(rule="rehabilitation"),
    Query(rule="denosumab-overdue"),
    Query(rule="measure-mri", kinds=("answer",), band="high"),
    Query(rule="rehab"),
    Query(rule="nothing like it"),
    Query(rule="rehabilitation", since=datetime(2022, 1, 1, tzinfo=UTC), until=datetime(2023, 1, 1, tzinfo=UTC)),
    Query(partial=True),
    Query(feedback="none", rule="brace-limit"),
)


def whole(find, query):
    found, after = [], None
    while True:
        page = find(query, after=after, limit=40)
        found += [one.id for one in page.entries]
        if page.next is None:
            return found
        after = page.next


@pytest.mark.parametrize("few", [0, 5, 10_000])
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: str(query.to_json()))
def test_both_ways_find_the_same_in_the_same_order(database, query, few, monkeypatch):
    monkeypatch.setattr("cds_service.audit.finding.FEW_CARDS", few)
    assert whole(Finder(lambda: database).find, query) == whole(AuditReader(database).find, query)


def test_there_are_entries_to_find(database):
    assert len(whole(Finder(lambda: database).find, Query())) == ENTRIES
    assert whole(Finder(lambda: database).find, Query(rule="rehab")) == []
    assert len(whole(Finder(lambda: database).find, Query(rule="rehabilitation"))) > ENTRIES / 3
