"""Read the record: what was prefetched, and the rest from the server, in parallel."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cds_service.errors import FhirReadError
from cds_service.fhir.gathering.fhir_reader import FhirReader, RefusingReader
from cds_service.fhir.gathering.kept_types import OUT_OF_SCOPE, kept_by_none
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.plan import PrefetchPlan, Template
from cds_service.fhir.gathering.query_results import (
    QueryResult,
    is_about_another,
    is_later_page_about_another,
    read_prefetch,
    read_result,
    without_other_servers,
)
from cds_service.fhir.gathering.token_scopes import may_ask, may_read
from cds_service.fhir.references import Bases
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookRequest

KEEPS_NONE = QueryResult(state="empty", note="this server keeps none")
NOT_IN_TIME = QueryResult(state="failed", note="not read in time", reason="timeout")
OF_ANOTHER = QueryResult(
    state="failed", note="the answer is about another patient", reason="answer"
)
NO_SERVER = QueryResult(
    state="failed", note="not sent, and no FHIR server to ask", reason="no-server"
)
NOTHING_TO_ASK = QueryResult(
    state="failed",
    note="not sent, and the request lacks what the query needs",
    reason="request",
)
NOT_COVERED = QueryResult(
    state="failed",
    note=(
        "not permitted: the scope of the access token leaves out this part of the"
        " record"
    ),
    reason=OUT_OF_SCOPE,
)
NOT_ASKED = QueryResult(
    state="failed",
    note="not sent, and the FHIR server could not be asked",
    reason="no-server",
)
EXPIRED = QueryResult(
    state="failed",
    note="not sent, and the access token of the request has expired",
    reason="expired",
)
TOKEN_OF_ANOTHER = QueryResult(
    state="failed",
    note="not sent, and the access token of the request was issued to another client",
    reason="token",
)
# Reasons of a list that was not asked for: there is no server, or the call lacks what
# the query needs, such as a stay.
UNASKED = frozenset({NO_SERVER.reason, NOTHING_TO_ASK.reason})


def read_results(
    request: HookRequest,
    plan: PrefetchPlan,
    fhir: FhirReader | None,
    *,
    until: Deadline,
) -> dict[str, QueryResult]:
    """Return a result for every key of the plan; none is `absent`.

    All queries go out at once, so that a record takes as long as its slowest one.

    Args:
        request: the hook call; its prefetch is raw JSON of any quality.
        plan: the service's queries.
        fhir: the server; None if no server may be queried.
        until: the deadline of the last read.
    """
    sent = {template.key: _sent(request, template) for template in plan.templates}
    tasks = {} if fhir is None else _tasks(request, plan, sent, fhir, until)
    if tasks and isinstance(fhir, RefusingReader) and fhir.is_refusing():
        asked = {key: task() for key, task in tasks.items()}
    else:
        asked = run_side_by_side(tasks, until)
    results: dict[str, QueryResult] = {}
    for template in plan.templates:
        key, prefetched = template.key, sent[template.key]
        is_whole = prefetched.state != "absent" and prefetched.next_page is None
        if key in asked:
            result = _as_covered(asked[key], request, template)
        elif is_whole:
            result = prefetched
        else:
            is_late = key in tasks
            failed = NOT_IN_TIME if is_late else _unasked(request, template, fhir)
            result = _without_server(prefetched, failed)
        if key in tasks and prefetched.state == "absent":
            result = result._replace(origin="fhir")
        results[key] = result
    if any(result.state != "failed" for result in asked.values()):
        results |= dict.fromkeys(kept_by_none(plan, results, fhir, until), KEEPS_NONE)
    return results


def _tasks(
    request: HookRequest,
    plan: PrefetchPlan,
    sent: Mapping[str, QueryResult],
    fhir: FhirReader,
    until: Deadline,
) -> dict[str, Callable[[], QueryResult]]:
    """Return the reads that are needed, by key: queries, or further pages."""
    tasks: dict[str, Callable[[], QueryResult]] = {}
    half = until.half_of_rest()  # for the optional queries
    for template in (*plan.needed.templates, *plan.optional.templates):
        if not may_ask(request, template.resource_type):
            continue
        query = template.query_for(request)
        deadline = half if template.is_optional else until
        if sent[template.key].state == "absent" and query is not None:
            tasks[template.key] = partial(_fetch, fhir, template, query, deadline.ends)
        elif sent[template.key].next_page is not None:
            tasks[template.key] = partial(
                _follow,
                fhir,
                template,
                query or "",
                request.prefetch[template.key],
                deadline.ends,
            )
    return tasks


def _fetch(
    fhir: FhirReader, template: Template, query: str, until: float
) -> QueryResult:
    try:
        fetched = fhir.fetch(query, until=until)
    except FhirReadError as error:
        return QueryResult(state="failed", note=str(error), reason=error.reason)
    result = read_result(template, fetched.documents, note=fetched.note)
    return _as_asked(template, query, result, fetched.documents)


def _sent(request: HookRequest, template: Template) -> QueryResult:
    """Return what the EHR sent for this template; `null` says that there is none."""
    result = read_prefetch(template, request.prefetch)
    query = template.query_for(request)
    document = request.prefetch.get(template.key)
    if query is None or document is None:
        return result
    return _as_asked(template, query, result, [document])


def _as_asked(
    template: Template, query: str, result: QueryResult, documents: Sequence[Any]
) -> QueryResult:
    """Return a result; a failed one if it answers another question.

    That is a read by id that gave another one, and an empty list of which the server
    says that it was asked for another patient: its entries would name theirs. A list
    with a later page of another patient is not whole.

    Patients are returned as they are: `refusals.py` refuses another one.

    Args:
        template: the query.
        query: the same with the values of the call.
        result: what was read.
        documents: the resource or the pages, as they came.
    """
    kind = template.resource_type
    if kind == "Patient" or result.state == "failed":
        return result
    if template.is_search:
        is_strayed = is_later_page_about_another(documents, query)
        if result.entries:
            return _strayed(result) if is_strayed else result
        is_others = is_strayed or is_about_another(documents[0], query)
        return OF_ANOTHER if is_others else result
    ids = [f"{kind}/{resource.get('id')}" for resource in result.resources]
    if ids == [query]:
        return result
    note = "another one was sent" if ids else "it was not sent"
    return QueryResult(state="failed", note=note, reason="answer")


def _strayed(result: QueryResult) -> QueryResult:
    note = result.note or "incomplete: a later page is about another patient"
    return result._replace(is_cut=True, note=note)


def read_apart(
    fhir: FhirReader, query: str, bases: Bases, *, until: float
) -> QueryResult:
    """Read `Type/id` or a search that no service's plan has.

    An entry under any base but these is left out: there are no other results that show
    which bases the server writes. A resource counts once, in its newest version.

    Args:
        fhir: the server.
        query: relative to its base.
        bases: bases of the server, with those that a site calls its aliases.
        until: monotonic time by which the read must have ended.

    Raises:
        FhirReadError: it cannot be read.
    """
    kind = query.partition("?")[0].partition("/")[0]
    template = Template(kind, query, kind, is_search="?" in query)
    result = without_other_servers(_fetch(fhir, template, query, until), bases)
    if result.state == "failed":
        raise FhirReadError(result.reason, result.note)
    return result


def _follow(
    fhir: FhirReader, template: Template, query: str, first: Any, until: float
) -> QueryResult:
    fetched = fhir.follow(first, until=until)
    result = read_result(template, fetched.documents, note=fetched.note)
    return _as_asked(template, query, result, fetched.documents)


def _without_server(sent: QueryResult, failed: QueryResult) -> QueryResult:
    """Return the result for a key that the server did not answer.

    It is what was prefetched, marked as failed or incomplete.

    Args:
        sent: the result of the prefetch; `absent`, or with a next page.
        failed: why the server did not answer.
    """
    if sent.state == "absent":
        return failed
    if not sent.resources:
        # An empty page was sent that has a next one, so the list was asked for.
        return sent._replace(state="failed", note=failed.note, reason="answer")
    return sent._replace(
        note=f"incomplete: the next page was {failed.note}", is_cut=True
    )


def _as_covered(
    result: QueryResult, request: HookRequest, template: Template
) -> QueryResult:
    """Mark a result as a part of its list if the token leaves out the rest.

    A scope of SMART 2.0 may end in a query, and covers only what that finds.
    """
    token = request.fhir_authorization
    if result.state == "failed" or token is None or not template.is_search:
        return result
    if may_read(token.scope, template.resource_type, with_queries=False):
        return result
    note = "the scope of the access token covers a part alone"
    if not result.entries:
        return result._replace(state="failed", note=note, reason=OUT_OF_SCOPE)
    note = result.note or f"incomplete: {note}"
    return result._replace(note=note, is_cut=True)


def _unasked(
    request: HookRequest, template: Template, fhir: FhirReader | None
) -> QueryResult:
    """Return the result of a query that was not sent, with the reason."""
    token = request.fhir_authorization
    if fhir is not None:
        is_covered = may_ask(request, template.resource_type)
        return NOTHING_TO_ASK if is_covered else NOT_COVERED
    if request.fhir_server is None:
        return NO_SERVER
    if token is None:
        return NOT_ASKED
    return EXPIRED if token.has_expired else TOKEN_OF_ANOTHER
