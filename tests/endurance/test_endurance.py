"""G-REL-2 in short: callers of all kinds while FHIR server, database and workers fail; `make endurance` goes on longer.

No time is asserted here; how late answers were, and how memory grew, is reported by the target.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.bench.bodies import kyphoplasty_call
from tests.bench.running import Running
from tests.endurance.draining import drain
from tests.endurance.mixed_run import SERVE, run
from tests.endurance.open_loop import open_loop
from tests.live_service import CALL

SECONDS = float(os.environ.get("ENDURANCE_SECONDS", "15"))
SEED = int(os.environ.get("ENDURANCE_SEED", "20261120"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_fails_every_card_shown_is_in_the_log_and_is_of_its_own_patient(kind, tmp_path, request):
    postgres = request.getfixturevalue("postgres") if kind == "postgresql" else None
    ran = run(tmp_path, seconds=SECONDS, seed=SEED, postgres=postgres)
    assert ran.broken == []
    kinds = Counter(one.kind for one in ran.sent if one.status == 200)
    assert min(kinds[kind] for kind in ("other", "full", "live", "discovery", "review")) > 0, kinds
    assert sum(ran.done.values()) > 0


def test_at_sigterm_everybody_who_is_connected_is_answered_and_the_log_says_stop(tmp_path):
    drained = drain(tmp_path)
    assert drained.before > 0
    assert drained.lost_before == 0
    assert drained.lost_after == 0
    assert drained.statuses == {200}
    assert (drained.code, drained.last) == (0, "stop")


def test_of_many_more_calls_than_it_can_answer_those_sent_away_hear_of_it_long_before_the_others(tmp_path):
    """Each on a connection of its own. Who stood in a queue that the service does not see would hear of it last."""
    with Running("flooded", SERVE, tmp_path, {"DATABASE_URL": f"sqlite:///{tmp_path / 'audit.sqlite3'}"}) as service:
        service.wait_for("/health/ready")
        calls = open_loop(service, CALL, kyphoplasty_call(20), tmp_path, seconds=4, rate=600)
    assert set(calls.statuses) == {200, 503}
    (answered, _), (sent_away, _) = calls.times(200), calls.times(503)
    assert sent_away < answered / 3
