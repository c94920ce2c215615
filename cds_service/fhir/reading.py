"""Asking for the record: what the EHR sent along, and in parallel from its FHIR server what it did not send."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from cds_service.errors import FhirReadError
from cds_service.fhir.prefetch import Answer, PrefetchPlan, Template, read_answer, read_prefetch
from cds_service.protocol import HookRequest

MAX_PARALLEL = 12
NOT_IN_TIME = "not read in time"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a FHIR server sent for one query.

    Attributes:
        documents: raw JSON: the resource, or the pages of the search in order; at least one.
        note: why pages are missing; empty when all are there.
    """

    documents: tuple[Any, ...]
    note: str = ""


class FhirReader(Protocol):
    """One FHIR server, on behalf of one request."""

    def fetch(self, query: str, *, until: float) -> Fetched:
        """What it answers to `Type/id` or `Type?parameters` before this monotonic time; otherwise FhirReadError."""
        ...

    def follow(self, page: Any, *, until: float) -> Fetched:
        """This page of a search and all after it; what cannot be read is in the note."""
        ...


def read_answers(
    request: HookRequest, plan: PrefetchPlan, fhir: FhirReader | None, *, until: float
) -> tuple[Mapping[str, Answer], frozenset[str]]:
    """The answer for every key of the plan, none of them `absent`, and the keys that the FHIR server answered.

    Args:
        request: of the hook; its prefetch may hold anything.
        plan: the queries of the service.
        fhir: the server, None where none may be asked.
        until: monotonic time at which the last read must have ended.
    """
    sent = {template.key: read_prefetch(template, request.prefetch) for template in plan.templates}
    tasks = {} if fhir is None else _tasks(request, plan, sent, fhir, until)
    asked = _run(tasks, until)
    why_not = _why_unasked(request, fhir)
    answers = {
        key: asked.get(key) or _unasked(answer, NOT_IN_TIME if key in asked else why_not)
        for key, answer in sent.items()
    }
    return answers, frozenset(key for key in asked if sent[key].state == "absent")


def _tasks(
    request: HookRequest, plan: PrefetchPlan, sent: Mapping[str, Answer], fhir: FhirReader, until: float
) -> dict[str, Callable[[], Answer]]:
    tasks: dict[str, Callable[[], Answer]] = {}
    for template in plan.templates:
        query = template.query_for(request)
        if sent[template.key].state == "absent" and query is not None:
            tasks[template.key] = partial(_fetch, fhir, template, query, until)
        elif sent[template.key].next_page is not None:
            tasks[template.key] = partial(_follow, fhir, template, request.prefetch[template.key], until)
    return tasks


def _fetch(fhir: FhirReader, template: Template, query: str, until: float) -> Answer:
    try:
        fetched = fhir.fetch(query, until=until)
    except FhirReadError as error:
        return Answer(state="failed", note=str(error))
    return read_answer(template, fetched.documents, note=fetched.note)


def _follow(fhir: FhirReader, template: Template, first: Any, until: float) -> Answer:
    fetched = fhir.follow(first, until=until)
    return read_answer(template, fetched.documents, note=fetched.note)


def _run(tasks: Mapping[str, Callable[[], Answer]], until: float) -> dict[str, Answer | None]:
    """The results by key; None for what had not ended in time and goes on without anybody listening."""
    if not tasks:
        return {}
    pool = ThreadPoolExecutor(max_workers=min(MAX_PARALLEL, len(tasks)), thread_name_prefix="fhir")
    futures: dict[str, Future[Answer]] = {key: pool.submit(task) for key, task in tasks.items()}
    wait(futures.values(), timeout=max(0.0, until - time.monotonic()))
    pool.shutdown(wait=False, cancel_futures=True)
    return {
        key: future.result() if future.done() and not future.cancelled() else None for key, future in futures.items()
    }


def _unasked(sent: Answer, why: str) -> Answer:
    """What stands for a key that the server did not answer: what was sent, less what is missing of it."""
    if sent.state == "absent":
        return Answer(state="failed", note=why)
    if sent.next_page is None:
        return sent
    if not sent.resources:
        return replace(sent, state="failed", note=why)
    return replace(sent, note=f"incomplete: the next page was {why}")


def _why_unasked(request: HookRequest, fhir: FhirReader | None) -> str:
    if fhir is not None:
        return "not sent, and the request lacks what the query needs"
    return (
        "not sent, and no FHIR server was named"
        if request.fhir_server is None
        else "not sent, and the FHIR server could not be asked"
    )
