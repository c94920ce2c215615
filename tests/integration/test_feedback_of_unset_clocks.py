"""Feedback of a client whose clock is not set: programs write the first moment of their calendar, 1 January of year 1."""

from contextlib import closing

import pytest

from cds_service.audit.store import AuditStore
from tests.chart_builders import site_service
from tests.integration.test_feedback_and_closures import OnePatient

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "Europe/Berlin",
    "Asia/Tokyo",
    "UTC",
)
FIRST_MOMENTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00.0000000Z",
    "0001-01-01T09:00:00Z",
)
LAST_MOMENTS = (
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T18:00:00-05:00",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    file = tmp_path_factory.mktemp("ward") / "audit.sqlite3"
    with closing(AuditStore(f"sqlite:///{file}", wait_seconds=10)) as log:
        yield log


@pytest.fixture(scope="module", params=ZONES)
def service(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    return site_service(folder, f'time-zone = "{request.param}"\n')


def dismissed(store, service, moment):
    """A patient whose card was dismissed for a month, at this time by the client."""
    ward = OnePatient(store, service=service)
    reason = {"code": "alreadyArranged"}
    ward.tell(
        {
            "card": ward.card()["uuid"],
            "outcome": "overridden",
            "overrideReason": {"reason": reason},
            "outcomeTimestamp": moment,
        }
    )
    return ward


@pytest.mark.parametrize("moment", FIRST_MOMENTS)
def test_who_was_answered_at_the_first_moment_gets_the_next_card_whole(
    store, service, moment
):
    ward = dismissed(store, service, moment)
    assert "add rehabilitation" in ward.card(days=1)["summary"]


@pytest.mark.parametrize("moment", LAST_MOMENTS)
def test_an_answer_at_the_last_moment_counts_from_when_it_came(store, service, moment):
    ward = dismissed(store, service, moment)
    assert "add rehabilitation" not in ward.card(days=1)["summary"]
    assert "add rehabilitation" in ward.card(days=60)["summary"]
