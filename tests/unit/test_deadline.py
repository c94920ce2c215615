"""The deadline of one answer."""

import time

import pytest

from cds_service.errors import DeadlinePassed
from cds_service.outgoing.deadline import Deadline


def test_it_is_spent_from_the_arrival_of_the_request():
    deadline = Deadline.after(3, began=time.monotonic() - 2)
    assert 0.5 < deadline.left <= 1
    assert 0.2 < deadline.share_left <= 1 / 3


@pytest.mark.parametrize(
    ("seconds", "reading"), [(3.0, 2.3), (20.0, 19.3), (1.0, 0.5), (0.4, 0.2)]
)
def test_reading_leaves_seven_tenths_of_a_second_or_half_of_it(seconds, reading):
    part = Deadline.after(seconds, began=100.0).for_reading()
    assert part.began == 100.0
    assert part.ends - part.began == pytest.approx(reading)


@pytest.mark.parametrize(("seconds", "part"), [(3.0, 2.4), (20.0, 19.4), (0.6, 0.3)])
def test_understanding_leaves_six_tenths_of_a_second_or_half_of_it(seconds, part):
    whole = Deadline.after(seconds, began=100.0)
    assert whole.for_understanding().ends - 100.0 == pytest.approx(part)


@pytest.mark.parametrize(("seconds", "part"), [(3.0, 2.8), (20.0, 19.8), (0.3, 0.15)])
def test_the_cards_leave_two_tenths_of_a_second_or_half_of_it(seconds, part):
    whole = Deadline.after(seconds, began=100.0)
    assert whole.for_cards().ends - 100.0 == pytest.approx(part)


def test_work_goes_on_only_while_there_is_time():
    Deadline.after(60).check()
    with pytest.raises(DeadlinePassed):
        Deadline.after(1, began=time.monotonic() - 1.01).check()


def test_it_is_stale_only_when_the_process_must_have_stood_still():
    assert not Deadline.after(1, began=time.monotonic() - 1.2).is_stale
    assert Deadline.after(1, began=time.monotonic() - 2.5).is_stale
    assert Deadline.after(1, began=time.monotonic() - 2.5).share_left == 0
