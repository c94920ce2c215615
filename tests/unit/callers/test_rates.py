"""How often an issuer may call."""

from __future__ import annotations

from cds_service.callers.rates import Rate


def test_a_minutes_calls_may_come_at_once_and_come_back_evenly():
    now = [0.0]
    rate = Rate(6, monotonic=lambda: now[0])
    assert [rate.take() for _ in range(7)] == [0] * 6 + [10]
    now[0] = 9.0
    assert rate.take() == 1
    now[0] = 10.0
    assert [rate.take(), rate.take()] == [0, 10]
    now[0] = 1000.0
    assert [rate.take() for _ in range(7)] == [0] * 6 + [10]
