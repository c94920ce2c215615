"""A token is good once: for all workers, after a restart, on either database; one that is away holds up no caller."""

import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import count

import pytest

from cds_service.audit.used_tokens import UsedTokens
from tests.audit_builders import rows_of
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.live_service import CALL
from tests.running_service import RunningService
from tests.signings import order_sign

SIGNER = Signer("ES384", "key")
ADDRESS = "https://cds.example.org"
LONG = 30.0


@pytest.fixture
def start(tmp_path, audit_url):
    """Starts a service of the same site on the same database, as often as wanted."""
    site = site_folder(tmp_path / "site", client_of())
    (site / "keys.json").write_bytes(key_set(SIGNER))
    settings = {"SITE": str(site), "PUBLIC_URL": ADDRESS, "DATABASE_URL": audit_url}
    environment = {f"KYPHOPLASTY_CDS_{name}": value for name, value in settings.items()}
    folders = (tmp_path / f"run-{number}" for number in count())
    with ExitStack() as running:
        yield lambda workers=2: running.enter_context(
            RunningService(
                next(folders),
                arguments=["--workers", str(workers)],
                environment=environment,
            )
        )


def token():
    return SIGNER.token(ADDRESS + CALL)


def test_a_token_is_good_once_for_all_workers_replicas_and_restarts(start, audit_url):
    first, second = start(), start()
    tokens = [token() for _ in range(10)]
    with ThreadPoolExecutor(8) as senders:
        sent = [
            (service, one)
            for one in tokens
            for service in (first, second)
            for _ in range(4)
        ]
        statuses = list(
            senders.map(lambda pair: pair[0].call(order_sign(), pair[1]).status, sent)
        )
    assert sorted(statuses) == [200] * len(tokens) + [401] * (len(sent) - len(tokens))
    first.close(signal.SIGKILL)
    second.close()
    again = start(workers=1)
    assert [again.call(order_sign(), one).status for one in tokens] == [401] * len(
        tokens
    )
    assert again.call(order_sign(), token()).status == 200
    kept = rows_of(audit_url, "SELECT digest, expires FROM audit_token")
    assert len(kept) == len(tokens) + 1
    assert all(
        len(digest) == 64 and expires > 1_700_000_000 for digest, expires in kept
    )


@pytest.fixture
def open_table():
    """The table as one process has it; as many as wanted."""
    made = []

    def opened(url):
        made.append(UsedTokens(url, wait_seconds=LONG))
        return made[-1]

    yield opened
    for one in made:
        one._database.dispose()


def test_what_is_past_is_taken_out(audit_url, open_table):
    ids = open_table(audit_url)
    assert ids.add("a" * 64, 1_000, now=900, seconds=LONG)
    assert ids.add("a" * 64, 1_000, now=900, seconds=LONG) is False
    later = open_table(audit_url)
    assert later.add("b" * 64, 9_000, now=8_000, seconds=LONG)
    assert rows_of(audit_url, "SELECT digest FROM audit_token") == [("b" * 64,)]


def test_a_database_that_is_not_there_costs_no_caller(tmp_path, open_table):
    place = tmp_path / "later"
    ids = open_table(f"sqlite:///{place}/audit.sqlite3")
    assert ids.add("a" * 64, 9_000, now=8_000, seconds=LONG) is None
    place.mkdir()
    assert ids.add("b" * 64, 9_000, now=8_000, seconds=LONG)
    other = open_table(f"sqlite:///{place}/audit.sqlite3")
    assert [other.add(one * 64, 9_000, now=8_000, seconds=LONG) for one in "bc"] == [
        False,
        True,
    ]


def test_of_many_callers_one_waits_for_a_database_that_hangs(tmp_path, open_table):
    """The others are taken by the memory of their process at once."""
    ids = open_table(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    assert ids.add("a" * 64, 9_000, now=8_000, seconds=LONG)
    with closing(
        sqlite3.connect(tmp_path / "audit.sqlite3", isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ids.add("b" * 64, 9_000, now=8_000, seconds=0.1) is None
        began = time.monotonic()
        assert ids.add("c" * 64, 9_000, now=8_000, seconds=LONG) is None
        assert time.monotonic() - began < LONG / 3
        other.execute("ROLLBACK")
    while ids.add("d" * 64, 9_000, now=8_000, seconds=LONG) is None:
        pass
    # noted once the database went on
    assert ids.add("b" * 64, 9_000, now=8_000, seconds=LONG) is False
