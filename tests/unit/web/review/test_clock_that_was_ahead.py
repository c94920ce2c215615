"""What a clock that was ahead has written is not in force once the clock is right."""

from datetime import UTC, datetime, timedelta

import pytest

from cds_service.audit.database import Database
from cds_service.launch.authorizing import LONGEST, Launched
from cds_service.launch.sessions import LaunchSessions
from cds_service.review.access import Access
from cds_service.review.accounts import Accounts
from cds_service.review.sessions import PendingLogins, Sessions
from cds_service.review.tries import TRIES_OF_ADDRESS, Tries

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AHEAD = [
    pytest.param(timedelta(days=365), False, id="a-year"),
    pytest.param(timedelta(hours=2), False, id="hours"),
    # Two replicas are never quite at the same time.
    pytest.param(timedelta(minutes=2), True, id="minutes"),
]


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def access(tmp_path, clock):
    database = Database(f"sqlite:///{tmp_path / 'audit.sqlite3'}")
    yield Access(lambda: database, clock)
    database.dispose()


@pytest.mark.parametrize(("ahead", "is_kept"), AHEAD)
def test_a_session_is_over(access, clock, ahead, is_kept):
    Accounts(access).add("anna", "reviewer", "correct horse battery")
    sessions = Sessions(access)
    clock.now = NOW + ahead
    token = sessions.begin("anna")
    clock.now = NOW
    assert (sessions.session(token) is not None) is is_kept


def test_so_is_one_that_was_used_while_the_clock_was_ahead(access, clock):
    Accounts(access).add("anna", "reviewer", "correct horse battery")
    sessions = Sessions(access)
    token = sessions.begin("anna")
    clock.now = NOW + timedelta(minutes=20)
    assert sessions.session(token) is not None
    clock.now = NOW
    assert sessions.session(token) is None


@pytest.mark.parametrize(("ahead", "is_kept"), AHEAD)
def test_a_login_in_progress_is_over(access, clock, ahead, is_kept):
    pending = PendingLogins(access)
    clock.now = NOW + ahead
    pending.begin("secret")
    clock.now = NOW
    assert pending.complete("secret") is is_kept


@pytest.mark.parametrize(("ahead", "is_kept"), AHEAD)
def test_a_lock_is_lifted(access, clock, ahead, is_kept):
    tries = Tries(access)
    clock.now = NOW + ahead
    for _ in range(TRIES_OF_ADDRESS):
        tries.add("address")
    assert tries.has_many("address")
    clock.now = NOW
    assert tries.has_many("address") is is_kept


@pytest.mark.parametrize(("ahead", "is_kept"), AHEAD)
def test_a_launch_is_over(access, clock, ahead, is_kept):
    sessions = LaunchSessions(access)
    clock.now = NOW + ahead
    launched = Launched(
        client="https://ehr.example.org",
        tenant=None,
        base="https://ehr.example.org/fhir",
        token="token",
        patient="p1",
        encounter=None,
        user="Practitioner/1",
        scope="patient/*.rs",
        ends=clock.now + LONGEST,
        form_token="form",
    )
    sessions.begin("secret", launched)
    clock.now = NOW
    assert (sessions.find("secret") is not None) is is_kept
