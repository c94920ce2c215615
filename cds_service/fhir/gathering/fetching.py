"""Read the record: what was prefetched, and the rest from the server, in parallel."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Protocol

from cds_service.errors import FhirReadError
from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.concepts import (
    OF_ANY_PRODUCT,
    concepts_of,
    is_product_unread,
)
from cds_service.fhir.entries.grave.cultures import results_to_read
from cds_service.fhir.entries.medication.products import (
    PRODUCT_ELEMENTS,
    unread_ingredients,
)
from cds_service.fhir.gathering.parallel import run_side_by_side
from cds_service.fhir.gathering.plan import PrefetchPlan, Template
from cds_service.fhir.gathering.query_results import (
    QueryResult,
    count_entries,
    is_about_another,
    read_prefetch,
    read_result,
    without_other_servers,
)
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.gathering.unsent_reasons import diagnoses_of_stay
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.references import Bases, BundleEntry, Targets, reference_name
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import HookRequest, is_fhir_id

# EHRs that store reported drugs as MedicationRequest do not support
# MedicationStatement, those without a pharmacy no MedicationDispense, few keep
# supplies, and they say so.
OFTEN_LACKING = frozenset(
    {"MedicationStatement", "MedicationDispense", "SupplyRequest"}
)
UNKNOWN_TYPE = frozenset({"http-404", "http-501", "not-supported"})
# Answers that leave it open if the server lacks a type; its CapabilityStatement tells.
# Not so a refusal (403): a list that may not be read is not empty.
LEAVES_OPEN = UNKNOWN_TYPE | {"http-400", "http-405"}
OUT_OF_SCOPE = "scope"
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
# For one record; further drugs and devices stay unidentified. A list of drugs is seldom
# longer, and they come in two rounds.
MOST_READ = 40


@dataclass(frozen=True, slots=True)
class Fetched:
    """A FHIR server's response to one query.

    Attributes:
        documents: raw JSON: the resource, or the pages of the search in order; at least
            one.
        note: why pages are missing; empty if none is.
    """

    documents: tuple[Any, ...]
    note: str = ""


class FhirReader(Protocol):
    """Reads one FHIR server on behalf of one request."""

    def fetch(self, query: str, *, until: float) -> Fetched:
        """Send `Type/id` or `Type?parameters`, and return the answer.

        Raises:
            FhirReadError: there was no usable answer by this monotonic time.
        """

    def follow(self, page: Any, *, until: float) -> Fetched:
        """Return this page of a search and all later ones.

        The note says what could not be read.
        """


class RefusingReader:
    """A reader that may know beforehand that all its reads fail.

    Such reads are made one after another, without threads: each fails at once, and
    starting threads would cost more than the rest of the call.
    """

    def is_refusing(self) -> bool:
        """Tell if each read of this call fails at once."""
        raise NotImplementedError


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
        results |= dict.fromkeys(_kept_by_none(plan, results, fhir, until), KEEPS_NONE)
    return results


def _kept_by_none(
    plan: PrefetchPlan,
    results: Mapping[str, QueryResult],
    fhir: FhirReader | None,
    until: Deadline,
) -> frozenset[str]:
    """Return the keys of types that the server refused because it has none.

    A token seldom covers a type that its server does not keep. A server that answered
    no query at all is not believed, nor a statement that lacks what was just read.
    """
    refused = [
        template
        for template in plan.templates
        if template.is_search and _is_refused(template, results[template.key])
    ]
    # Of these types the result is believed, of others the statement is asked.
    lacking = {
        template.key
        for template in refused
        if template.resource_type in OFTEN_LACKING
        and results[template.key].reason in UNKNOWN_TYPE
    }
    unclear = [one for one in refused if one.key not in lacking]
    stated = _kept_types(fhir, until) if unclear else frozenset()
    is_believed = stated and stated >= _read_types(plan, results)
    if is_believed:
        lacking |= {one.key for one in unclear if one.resource_type not in stated}
    return frozenset(lacking)


def _read_types(
    plan: PrefetchPlan, results: Mapping[str, QueryResult]
) -> frozenset[str]:
    """Return the types of which the server gave resources in this call."""
    read = {key for key, one in results.items() if one.origin == "fhir" and one.entries}
    return frozenset(one.resource_type for one in plan.templates if one.key in read)


def _is_refused(template: Template, result: QueryResult) -> bool:
    if result.state != "failed":
        return False
    is_out_of_scope = result.reason == OUT_OF_SCOPE and template.is_optional
    return is_out_of_scope or result.reason in LEAVES_OPEN


def _kept_types(fhir: FhirReader | None, until: Deadline) -> frozenset[str]:
    """Return the types of the server's CapabilityStatement; none if unreadable."""
    if fhir is None or until.left <= 0:
        return frozenset()
    try:
        (statement,) = fhir.fetch("metadata", until=until.ends).documents
    except FhirReadError:
        return frozenset()
    if member(statement, "resourceType") != "CapabilityStatement":
        return frozenset()
    servers = [
        server
        for server in objects(statement.get("rest"))
        if server.get("mode") != "client"
    ]
    return frozenset(
        text(resource.get("type"))
        for server in servers
        for resource in objects(server.get("resource"))
    )


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
        if not _may_ask(request, template.resource_type):
            continue
        query = template.query_for(request)
        deadline = half if template.is_optional else until
        if sent[template.key].state == "absent" and query is not None:
            tasks[template.key] = partial(_fetch, fhir, template, query, deadline.ends)
        elif sent[template.key].next_page is not None:
            tasks[template.key] = partial(
                _follow, fhir, template, request.prefetch[template.key], deadline.ends
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
    return _as_asked(template, query, result, fetched.documents[0])


def _sent(request: HookRequest, template: Template) -> QueryResult:
    """Return what the EHR sent for this template; `null` says that there is none."""
    result = read_prefetch(template, request.prefetch)
    query = template.query_for(request)
    document = request.prefetch.get(template.key)
    if query is None or document is None:
        return result
    return _as_asked(template, query, result, document)


def _as_asked(
    template: Template, query: str, result: QueryResult, document: Any
) -> QueryResult:
    """Return a result; a failed one if it answers another question.

    That is a read by id that gave another one, and an empty list of which the server
    says that it was asked for another patient: its entries would name theirs.

    Patients are returned as they are: `refusals.py` refuses another one.

    Args:
        template: the query.
        query: the same with the values of the call.
        result: what was read.
        document: the resource or the first page, as it came.
    """
    kind = template.resource_type
    if kind == "Patient" or result.state == "failed":
        return result
    if template.is_search:
        is_others = not result.entries and is_about_another(document, query)
        return OF_ANOTHER if is_others else result
    ids = [f"{kind}/{resource.get('id')}" for resource in result.resources]
    if ids == [query]:
        return result
    note = "another one was sent" if ids else "it was not sent"
    return QueryResult(state="failed", note=note, reason="answer")


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
    fhir: FhirReader, template: Template, first: Any, until: float
) -> QueryResult:
    fetched = fhir.follow(first, until=until)
    return read_result(template, fetched.documents, note=fetched.note)


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


def _may_ask(request: HookRequest, resource_type: str) -> bool:
    """Tell if the request's token covers reading this type."""
    token = request.fhir_authorization
    return token is None or may_read(token.scope, resource_type)


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
        is_covered = _may_ask(request, template.resource_type)
        return NOTHING_TO_ASK if is_covered else NOT_COVERED
    if request.fhir_server is None:
        return NO_SERVER
    if token is None:
        return NOT_ASKED
    return EXPIRED if token.has_expired else TOKEN_OF_ANOTHER


def with_referred_to(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    terminology: Terminology,
    bases: Bases,
    read: Callable[[Iterable[str]], Mapping[str, Json]],
    until: Deadline,
) -> dict[str, QueryResult]:
    """Add the Medications and Devices that the results refer to.

    Those that cannot be read stay unidentified.

    Args:
        results: by prefetch key.
        plan: the service's queries.
        terminology: tells what is identified without them.
        bases: the server's base URLs.
        read: reads resources of the server by name, as far as it may.
        until: the deadline of the last read.
    """
    keys = [one.key for one in plan.of_types(*PRODUCT_ELEMENTS).templates]
    lists = [results[key] for key in keys]
    read_first = read(_needed_products(lists, bases, terminology, until))
    ingredients = {
        bases.name_of(reference)
        for medication in read_first.values()
        for reference in unread_ingredients(medication)
    }
    # One step further: an ingredient may be another Medication.
    inner = {name for name in ingredients if _is_medication(name)} - read_first.keys()
    read_next = read(sorted(inner)) if inner and until.left > 0 else {}
    resources = (*read_first.values(), *read_next.values())
    return {
        key: _with_others(result, resources) if key in keys else result
        for key, result in results.items()
    }


def with_results_of_cultures(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    terminology: Terminology,
    bases: Bases,
    read: Callable[[Iterable[str]], Mapping[str, Json]],
) -> dict[str, QueryResult]:
    """Add the values in which reports of microbiology say what grew.

    The newest reports come first. What cannot be read leaves its report open.

    Args:
        results: by prefetch key.
        plan: the service's queries.
        terminology: tells what a report says without them.
        bases: the server's base URLs.
        read: reads resources of the server by name, as far as it may.
    """
    joined = dict(results)
    for template in plan.of_types("DiagnosticReport").templates:
        listed = joined[template.key]
        targets = Targets(listed.others, bases)
        addresses = chain.from_iterable(
            results_to_read(report, targets, terminology) for report in listed.resources
        )
        names = dict.fromkeys(map(bases.name_of, addresses))
        own = [one for one in names if _is_value(one)]
        if own:
            joined[template.key] = _with_others(listed, [*read(own).values()])
    return joined


def _is_value(name: str) -> bool:
    kind, _, own_id = name.partition("/")
    return kind == "Observation" and is_fhir_id(own_id)


def _needed_products(
    lists: Sequence[QueryResult],
    bases: Bases,
    terminology: Terminology,
    until: Deadline,
) -> list[str]:
    """List the drugs and devices that entries refer to and do not identify.

    Those that not even a display names come first.
    """
    targets = Targets((entry for result in lists for entry in result.others), bases)
    labelled: set[str] = set()
    unnamed: set[str] = set()
    for raw in chain.from_iterable(result.resources for result in lists):
        if until.left <= 0:
            break
        if name := _needed_product(raw, targets, bases, terminology):
            (labelled if _is_labelled(raw) else unnamed).add(name)
    return [*sorted(unnamed), *sorted(labelled - unnamed)]


def _is_labelled(raw: Json) -> bool:
    element, _ = PRODUCT_ELEMENTS[text(raw.get("resourceType"))]
    return bool(text(member(raw, f"{element}Reference", "display")))


def _is_medication(name: str) -> bool:
    kind, _, own_id = name.partition("/")
    return kind == "Medication" and is_fhir_id(own_id)


def with_unread_products(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    person: Person,
    terminology: Terminology,
) -> dict[str, QueryResult]:
    """Mark a list as not whole if the drug or device of an entry was not read.

    Such an entry may be of any drug or device. A device of another patient is none of
    this one's, whatever refers to it.
    """
    marked = dict(results)
    for template in plan.of_types(*PRODUCT_ELEMENTS).templates:
        result = results[template.key]
        targets = Targets(person.not_of_others(result.others), person.bases)
        unread = sum(
            is_product_unread(raw, targets, terminology) for raw in result.resources
        )
        if unread:
            note = (
                f"incomplete: {count_entries(unread)} whose drug or device was not read"
            )
            first_note = result.note or note
            marked[template.key] = result._replace(is_cut=True, note=first_note)
    return marked


def with_diagnoses_of_stay(
    results: Mapping[str, QueryResult],
    plan: PrefetchPlan,
    bases: Bases,
    read: Callable[[Iterable[str]], Mapping[str, Json]],
) -> dict[str, QueryResult]:
    """Add the diagnoses of the stay to a problem list, unless that is empty.

    Args:
        results: by prefetch key.
        plan: the service's queries.
        bases: the server's base URLs.
        read: reads resources of the server by name, as far as it may.
    """
    keys = {one.resource_type: one.key for one in plan.templates}
    listed = results.get(keys.get("Condition", ""))
    stays = results.get(keys.get("Encounter", ""))
    if not (listed and listed.entries and stays):
        return dict(results)
    named = {name for one in stays.resources for name in diagnoses_of_stay(one, bases)}
    named -= {reference_name("Condition", one) for one in listed.resources}
    own_ids = {name for name in named if is_fhir_id(name.partition("/")[2])}
    if not own_ids:
        return dict(results)
    more = (BundleEntry(dict(one)) for one in read(sorted(own_ids)).values())
    with_more = listed._replace(entries=(*listed.entries, *more))
    return {**results, keys["Condition"]: with_more}


def _needed_product(
    raw: Json, targets: Targets, bases: Bases, terminology: Terminology
) -> str:
    """Return the name of the drug or device that an entry refers to: `Medication/12`.

    Empty if the entry says itself which it is, or if it is not on this server.
    """
    element, wanted = PRODUCT_ELEMENTS[text(raw.get("resourceType"))]
    name = bases.name_of(text(member(raw, f"{element}Reference", "reference")))
    kind, _, own_id = name.partition("/")
    if kind != wanted or not is_fhir_id(own_id):
        return ""
    concepts = concepts_of(read_code(raw, terminology), targets, terminology)
    return name if concepts & OF_ANY_PRODUCT else ""


def read_by_id(
    fhir: FhirReader,
    names: Iterable[str],
    request: HookRequest,
    most: int,
    until: Deadline,
) -> dict[str, Json]:
    """Read resources by name, such as `Device/12`, the first ones first.

    Those that the token does not cover, or that do not come in time, are left out.

    Args:
        fhir: the server.
        names: the names of the resources.
        request: its token says what may be read.
        most: number of resources that are read at most.
        until: the deadline.
    """
    asked = [name for name in names if _may_ask(request, name.partition("/")[0])]
    tasks = {name: partial(_read, fhir, name, until.ends) for name in asked[:most]}
    read = run_side_by_side(tasks, until)
    return {name: raw for name in sorted(read) if (raw := read[name]) is not None}


def _read(fhir: FhirReader, name: str, until: float) -> Json | None:
    try:
        (document,) = fhir.fetch(name, until=until).documents
    except FhirReadError:
        return None
    is_asked = (
        isinstance(document, dict)
        and f"{document.get('resourceType')}/{document.get('id')}" == name
    )
    return document if is_asked else None


def _with_others(result: QueryResult, referred: Sequence[Json]) -> QueryResult:
    """Add resources to those that came along with a result that has entries."""
    if not result.entries or not referred:
        return result
    others = (BundleEntry(dict(one)) for one in referred)
    return result._replace(others=(*result.others, *others))


# --- the scopes of a token: SMART App Launch 1.0 (`.read`) and 2.0 (`.rs`)

RESOURCE_SCOPE = re.compile(
    r"(?:patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]*)"
    r"\.(?P<may>\*|read|write|(?=[cruds])c?r?u?d?s?)(?P<query>\?\S*)?"
)


def may_read(
    scopes: str | None, resource_type: str, *, with_queries: bool = True
) -> bool:
    """Tell if these space-separated scopes allow reading this type.

    Missing scopes, or scopes that name no type, forbid nothing: the server decides. In
    SMART 2.0 either letter counts, `r` or `s`, since EHRs mix them up.

    Args:
        scopes: the scopes as the token states them; None if it states none.
        resource_type: the type to be read.
        with_queries: a scope that a query restricts counts as well.
    """
    matches = [
        match
        for scope in (scopes or "").split()
        if (match := RESOURCE_SCOPE.fullmatch(scope))
    ]
    if not matches:
        return True
    for scope in matches:
        may = scope["may"]
        is_reading = may in {"*", "read"} or (may != "write" and {"r", "s"} & set(may))
        is_of_type = scope["type"] in {"*", resource_type}
        if is_reading and is_of_type and (with_queries or not scope["query"]):
            return True
    return False
