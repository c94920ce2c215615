"""Feedback over a log that is slow: the answer comes when the time is over, and says that not all is kept."""

import threading

import pytest

from cds_service.loading import load_service
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.chart_builders import KeptEntries
from tests.live_service import FEEDBACK

COUNT = 40


class SlowLog(KeptEntries):
    def append(self, entry, until=None):
        threading.Event().wait(0.05)
        super().append(entry, until)


def statements():
    return [
        {
            "card": f"00000000-0000-4000-8000-{number:012d}",
            "outcome": "overridden",
            "outcomeTimestamp": "2026-11-20T09:00:00Z",
        }
        for number in range(COUNT)
    ]


@pytest.mark.parametrize(("seconds", "status"), [(0.5, 503), (60, 200)])
def test_feedback_that_cannot_be_kept_in_time_is_asked_for_again(seconds, status):
    log = SlowLog()
    app = create_app(load_service(), Settings(deadline_seconds=seconds), audit=log, base_url="http://127.0.0.1:8080")
    answer = app.test_client().post(FEEDBACK, json={"feedback": statements()})
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert (len(log.entries) == COUNT) == (status == 200)
    assert log.entries
