"""Whatever grows in a request, a record or the log: the work grows no faster.

Counted are calls, of Python and of C. Row H6 of the attack table times what happens
inside one call.
"""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from cds_service.audit.exporting import FORMATS, begin_export, export_lines
from cds_service.audit.query import Query
from cds_service.audit.verification.purges import Purges
from cds_service.audit.verification.walk import verify_log
from cds_service.fhir.gathering import fetching
from cds_service.protocol.feedback import MAX_ITEMS, parse_feedback
from tests.audit_builders import NOON, clock, fill, purge
from tests.chart_builders import (
    HOOK,
    TODAY,
    kyphoplasty,
    open_service,
    order_sign,
    problem,
    thin_and_weak,
)
from tests.growing import DEEP, PARTS, answered, body_of, operations
from tests.scripted_reader import ScriptedReader, gathered
from tests.stub_fhir import page

SIZES = (10, 100, 300, 900)
STEEPER = 1.3  # sorting, and lists that outgrow a step
SLIGHT = 5  # calls for one more: steep only if a step before it cost something


def assert_grows_evenly(
    work_of: Callable[[int], Callable[[], Any]], sizes: Sequence[int] = SIZES
) -> None:
    """One more of it costs no more among many than among few; it may cost less, where a long list is cut."""
    counts = [(size, operations(work_of(size))) for size in sizes]
    steps = [
        (late - early) / (many - few) for (few, early), (many, late) in pairwise(counts)
    ]
    assert steps[-1] <= max(*steps[:-1], SLIGHT) * STEEPER, counts


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    for part in PARTS:
        answered(body_of(part, 3))


@pytest.mark.parametrize("part", [one for one in PARTS if one not in DEEP])
def test_an_answer_grows_evenly_with(part):
    def work_of(size: int) -> Callable[[], None]:
        text = body_of(part, size)
        return lambda: answered(text)

    assert_grows_evenly(work_of)


@pytest.mark.parametrize("part", DEEP)
def test_an_answer_grows_evenly_with_the_depth_of(part):
    def work_of(depth: int) -> Callable[[], None]:
        text = body_of(part, depth)
        return lambda: answered(text)

    assert_grows_evenly(work_of, (5, 15, 25))


def test_a_note_with_a_day_costs_less_than_two_without():
    """A note with a day is read with its entry, and for what it says of that day."""

    def work_for(bed: int, **day: str) -> int:
        notes = [
            {"text": f"Slept in bed {bed + n}, weak left leg {n} years ago", **day}
            for n in range(20)
        ]
        record = (*thin_and_weak(), problem("sarcopenia", note=notes))
        text = json.dumps(order_sign(record, kyphoplasty())).encode()
        return operations(lambda: answered(text))

    work_for(0, time=TODAY.isoformat())  # what is read once a day
    # other words each time, since words that were read are kept
    dated = work_for(3000, time=TODAY.isoformat())
    assert dated < work_for(6000) * 1.7


@pytest.mark.parametrize(
    "part",
    ["values of one day", "drugs that refer to Medications", "problems of one kind"],
)
def test_a_record_that_is_pulled_grows_evenly(part, monkeypatch):
    """Read in this thread, where it is counted."""
    monkeypatch.setattr(
        fetching,
        "run_side_by_side",
        lambda tasks, _until: {key: task() for key, task in tasks.items()},
    )
    plan = open_service().hooks[HOOK].plan

    def work_of(size: int) -> Callable[[], None]:
        body = json.loads(body_of(part, size))
        answers: dict[str, Any] = {}
        for template in plan.templates:
            whole = body["prefetch"].pop(template.key)
            if answers.setdefault(template.resource_type, whole) is not whole:
                answers[template.resource_type].setdefault("entry", []).extend(
                    whole.get("entry", ())
                )
        server = ScriptedReader(page(), **answers)
        return lambda: gathered(body, plan, server, seconds=600)

    assert_grows_evenly(work_of)


def test_feedback_grows_evenly():
    told = {
        "card": "x",
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T09:00:00Z",
    }

    def work_of(size: int) -> Callable[[], None]:
        text = json.dumps({"feedback": [told] * size}).encode()

        return lambda: parse_feedback(text)

    assert_grows_evenly(work_of, (10, 30, MAX_ITEMS))


@pytest.mark.parametrize("is_purged", [False, True], ids=["whole", "purged"])
def test_verifying_grows_evenly(tmp_path, is_purged):
    def work_of(size: int) -> Callable[[], None]:
        url = f"sqlite:///{tmp_path / f'{size}.sqlite3'}"
        database = fill(url, size)
        if is_purged:
            assert purge(database, NOON + timedelta(seconds=size // 2)) > size // 3
        return lambda: verify_log(url)

    assert_grows_evenly(work_of, (100, 400, 1_200))


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_grows_evenly(tmp_path, form):
    def work_of(size: int) -> Callable[[], None]:
        database = fill(f"sqlite:///{tmp_path / f'{size}.sqlite3'}", size)
        export = begin_export(database, Query(), form, "os:root", clock)
        return lambda: list(export_lines(database, export))

    assert_grows_evenly(work_of, (50, 150, 450))


def test_a_purge_that_names_everything_again_and_again_is_looked_at_once():
    """The ranges of a purge entry are whatever the owner of the database wrote."""
    purges = Purges(retention_days=1)
    for place in range(1, 301):
        purges.note_missing(
            SimpleNamespace(sequence=place, at="2019-11-20T09:00:00.000Z")
        )
    purges.note_checkpoint(SimpleNamespace(sequence=301, hash="a"))
    content = {
        "checkpoint": {"sequence": 301, "hash": "a"},
        "before": "2020-01-01",
        "ranges": [[1, 300]] * 300,
    }
    row = SimpleNamespace(
        sequence=302,
        at="2026-11-20T09:00:00.000Z",
        body=json.dumps({"content": content}),
        facts={},
    )
    assert {one.detail for one in purges.note_purge(row)} == {
        "it says that entries 1 to 300 were purged: some were not"
    }
    assert purges.count == 300
