"""Tasks side by side."""

import threading
import time
import weakref
from functools import partial

import pytest

from cds_service.fhir.gathering.parallel import MAX_PARALLEL, run_side_by_side
from cds_service.outgoing.deadline import Deadline


def test_all_results_come_back_by_key():
    tasks = {
        number: lambda number=number: number * 2 for number in range(MAX_PARALLEL * 3)
    }
    assert run_side_by_side(tasks, Deadline.after(20)) == {
        number: number * 2 for number in tasks
    }


def test_no_tasks_take_no_time():
    assert run_side_by_side({}, Deadline.after(20)) == {}


def test_they_run_at_the_same_time():
    meeting = threading.Barrier(4, timeout=20)
    assert (
        len(run_side_by_side(dict.fromkeys("abcd", meeting.wait), Deadline.after(20)))
        == 4
    )


def test_who_hangs_is_left_behind_and_holds_up_nobody():
    held = threading.Event()
    tasks = {"hangs": lambda: held.wait(30), "ends": lambda: 1}
    started = time.monotonic()
    results = run_side_by_side(tasks, Deadline.after(0.3))
    assert results == {"ends": 1}
    assert time.monotonic() - started < 10
    assert all(one.daemon for one in threading.enumerate() if one.name == "fhir")
    held.set()


def test_a_fault_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        run_side_by_side({"a": lambda: 1 // 0}, Deadline.after(20))


def test_a_thread_that_hangs_is_not_given_the_next_task():
    held = threading.Event()
    assert run_side_by_side({"hangs": lambda: held.wait(30)}, Deadline.after(0.1)) == {}
    meeting = threading.Barrier(3, timeout=20)
    assert (
        len(run_side_by_side(dict.fromkeys("abc", meeting.wait), Deadline.after(20)))
        == 3
    )
    held.set()


@pytest.mark.parametrize("number", [0, 1])
def test_where_the_system_gives_so_many_threads_they_do_what_they_can(
    monkeypatch, number
):
    begin, given = threading.Thread.start, iter(range(number))

    def start(thread):
        if next(given, None) is None:
            raise RuntimeError("can't start new thread")
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    tasks = {"a": lambda: 1, "b": lambda: 2}
    assert run_side_by_side(tasks, Deadline.after(20)) == (
        {"a": 1, "b": 2} if number else {}
    )


def test_nothing_of_a_task_is_kept_once_it_has_ended():
    class Record:
        """Stands for a patient's."""

    record = Record()
    seen = weakref.ref(record)
    run_side_by_side({"reads": partial(isinstance, record, Record)}, Deadline.after(20))
    del record
    until = time.monotonic() + 20
    while seen() is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert seen() is None
