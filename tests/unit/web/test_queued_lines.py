"""Log lines wait for nobody: a full pipe costs lines, which are counted, and never an answer."""

import logging
import os
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from cds_service.web.logs import QueuedLines
from tests.waiting import wait_until


@pytest.fixture
def log():
    made = logging.getLogger("tests.log_sink")
    made.setLevel("INFO")
    made.propagate = False
    yield made
    made.handlers.clear()


@pytest.fixture
def pipe():
    """Reading end, writing end."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def fill(writing):
    """As many bytes as a pipe takes."""
    os.set_blocking(writing, False)
    filled = 0
    with suppress(BlockingIOError):
        while True:
            filled += os.write(writing, b"\n" * 4096)
    os.set_blocking(writing, True)
    return filled


def test_nobody_waits_for_a_reader_that_does_not_read_and_what_is_dropped_is_counted(
    log, pipe
):
    reading, writing = pipe
    filled = fill(writing)
    handler = QueuedLines(writing, most_lines=3)
    log.addHandler(handler)
    log.info("first")
    wait_until(handler.queue.empty)  # the thread has it, and hangs
    for number in range(50):
        log.info("line %d", number)
    said = b""
    while len(said) < filled or b"line 2" not in said:
        said += os.read(reading, 65536)
    log.info("last")
    while b"last" not in said:
        said += os.read(reading, 65536)
    dropped = '{"event": "log-lines-dropped", "lines": 47}'
    assert said.decode().strip().split("\n") == [
        "first",
        "line 0",
        "line 1",
        "line 2",
        dropped,
        "last",
    ]


def test_a_reader_that_is_gone_costs_nothing(log, pipe):
    reading, writing = pipe
    os.close(reading)
    handler = QueuedLines(writing)
    log.addHandler(handler)
    log.info("one")
    log.info("two")
    wait_until(lambda: not handler.queue.unfinished_tasks)  # the thread goes on


def test_the_end_waits_for_lines_that_are_being_written(pipe):
    """A reader that begins late gets all of them, since the process ends a little later."""
    reading, writing = pipe
    script = (
        "import logging, sys\n"
        "from cds_service.web.logs import QueuedLines\n"
        f"log = logging.getLogger('x'); log.addHandler(QueuedLines({writing})); log.setLevel('INFO')\n"
        "for number in range(2000): log.info('x' * 100)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script], pass_fds=[writing])
    os.close(writing)
    time.sleep(0.6)
    lines = b""
    while piece := os.read(reading, 65536):
        lines += piece
    child.wait(20)
    assert lines.count(b"\n") == 2000


def test_each_line_is_one_write(log):
    """Several workers write to one pipe: lines of one that came in pieces would be mixed with those of others."""
    reading, writing = os.pipe2(os.O_DIRECT)  # each read gets one write
    log.addHandler(QueuedLines(writing))
    lines = [f"line {number} {'x' * 400}\n" for number in range(100)]
    for line in lines:
        log.info(line.strip())
    writes = []
    while len("".join(writes)) < len("".join(lines)):
        writes.append(os.read(reading, 65536).decode())
    assert writes == lines


def test_a_fork_writes_on(log, tmp_path):
    with (tmp_path / "lines").open("w") as file:
        log.addHandler(QueuedLines(file.fileno()))
        log.info("parent")
        wait_until(lambda: "parent" in (tmp_path / "lines").read_text())
        child = os.fork()
        if child == 0:
            log.info("child")
            time.sleep(0.5)
            os._exit(0)
        os.waitpid(child, 0)
    assert (tmp_path / "lines").read_text().split() == ["parent", "child"]
