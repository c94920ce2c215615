"""A table that somebody locks for hours keeps no thread of the pages."""

import threading
import time

import psycopg
import pytest

from tests.review_desk import ReviewDesk

LOCKED_SECONDS = 20.0
LIMIT_SECONDS = 12.0  # two reads of five seconds each, at most


@pytest.fixture
def desk(postgres, tmp_path):
    review_desk = ReviewDesk(tmp_path, url=postgres.new_database())
    review_desk.sign(patient="pat-a")
    yield review_desk
    review_desk.close()


@pytest.mark.parametrize("table", ["audit_session", "audit_search"])
def test_a_page_does_not_wait_for_a_locked_table(desk, table):
    """VACUUM FULL locks a table so, and a session of the owner that was forgotten."""
    anna = desk.reviewer()
    url = desk.url.replace("+psycopg", "")
    with psycopg.connect(url) as owner:
        owner.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        # else a page that waits would wait for ever
        end = threading.Timer(LOCKED_SECONDS, owner.rollback)
        end.start()
        began = time.monotonic()
        status = anna.client.get("/audit?kind=answer").status_code
        seconds = time.monotonic() - began
        end.cancel()
        owner.rollback()
    assert status == 503
    assert seconds < LIMIT_SECONDS
    assert anna.client.get("/audit?kind=answer").status_code == 200
