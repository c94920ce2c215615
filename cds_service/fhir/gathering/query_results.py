"""Read the result of one query: given, empty, failed or absent.

Prefetch and responses of the FHIR server are parsed by the same code, so that both give
the same record.
"""

import re
from collections import defaultdict
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Mapping,
    Sequence,
)
from itertools import chain
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote

from cds_service.fhir.entries.reports import FINAL
from cds_service.fhir.gathering.bundles import (
    bundle_entry,
    entries_of,
    has_warning,
    is_before_last,
    is_error_outcome,
    is_incomplete,
    is_plain_list,
    is_subset,
    is_total_unclear,
    link_of,
    next_page,
    total_of,
)
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.raw_json import Json, content, member, text
from cds_service.fhir.references import Bases, BundleEntry
from cds_service.fhir.site_calendar import instant
from cds_service.outgoing.address import LONGEST
from cds_service.protocol.messages import is_fhir_id

# Elements in which two forms of a value may differ, and say the same.
BOOKKEEPING = frozenset(
    {"meta", "text", "category", "issued", "performer", "identifier", "encounter"}
)
BEFORE = ("previous", "prev")  # relations of a link to an earlier page
ResultState = Literal["given", "empty", "failed", "absent"]
ReadFrom = Literal["prefetch", "fhir"]


class QueryResult(NamedTuple):
    """The result of one query.

    Attributes:
        entries: resources of the requested type, each once.
        others: resources of other types that were returned too (included Patients,
            Medications).
        next_page: URL of the next page, which is not read yet; empty if there is one
            with no usable URL; None if there is none.
        note: why it failed, or `incomplete: …`.
        is_cut: part of the list is missing.
        reason: why it failed, as a code; see FhirReadError.
        foreign: number of resources that were left out as another server's.
        origin: the EHR's prefetch or the FHIR server.
    """

    state: ResultState
    entries: tuple[BundleEntry, ...] = ()
    others: tuple[BundleEntry, ...] = ()
    next_page: str | None = None
    note: str = ""
    reason: str = ""
    is_cut: bool = False
    foreign: int = 0
    origin: ReadFrom = "prefetch"

    @property
    def resources(self) -> tuple[Json, ...]:
        """Return the raw resources of the requested type."""
        return tuple([one.resource for one in self.entries])


NOTHING_THERE = QueryResult(state="empty")


def read_prefetch(template: Template, prefetch: Mapping[str, Any]) -> QueryResult:
    """Read the prefetched result of this template; `absent` if it was not sent."""
    if template.key not in prefetch:
        return QueryResult(state="absent")
    value = prefetch[template.key]
    return NOTHING_THERE if value is None else read_result(template, [value])


def read_result(
    template: Template, documents: Sequence[Any], *, note: str = ""
) -> QueryResult:
    """Read the result in these documents: one resource, or the pages of a search.

    Args:
        template: the query.
        documents: raw JSON, at least one.
        note: why pages are missing; empty if none is.
    """
    first = documents[0]
    kind = first.get("resourceType") if isinstance(first, dict) else None
    if not isinstance(kind, str):
        return _failed("the answer is not a FHIR resource")
    if kind == "OperationOutcome":
        if is_error_outcome(first):
            return _failed("the server answered with an error")
        return _failed("the server sent no data")
    if kind == template.resource_type:
        return _read_one(template, first)
    if kind != "Bundle":
        return _failed("the answer is of another type than was asked")
    pages = [page for page in documents if isinstance(page, dict)]
    return _read_pages(template, pages, note)


def _read_one(template: Template, resource: Json) -> QueryResult:
    """Read one resource; if a search was asked, it may be one of several."""
    fault = ""
    if template.is_search:
        fault = "one resource in place of a list"
    elif is_subset(resource):
        fault = "the server left something out"
    note = f"incomplete: {fault}" if fault else ""
    entries = (BundleEntry(resource),)
    return QueryResult("given", entries=entries, note=note, is_cut=bool(fault))


def _found_nothing(page: Json) -> bool:
    """Tell if a page is the whole answer to a query that found nothing, as most are."""
    if page.get("entry") not in (None, []) or page.get("meta"):
        return False
    if total_of(page) or is_total_unclear(page) or not is_plain_list(page):
        return False
    if not page.get("link"):
        return True
    return (
        next_page(page) is None
        and link_of(page, BEFORE) is None
        and not is_before_last(page)
    )


def is_about_another(page: Any, query: str) -> bool:
    """Tell if the `self` link of a page names other patients than the query does.

    By it a server says which parameters it used (FHIR R4, Search, 3.1.1.4.1).
    """
    asked = _patients_asked(query)
    used = _patients_asked(link_of(page, ("self",)) or "")
    return bool(asked and used) and asked.isdisjoint(used)


def is_later_page_about_another(pages: Sequence[Any], query: str) -> bool:
    """Tell if a page after the first is about other patients alone.

    Its own link says so, or the link that led to it. A server may name the patient by
    an id of its own: what it names on the first page is the patient.
    """
    asked = _patients_asked(query)
    ours = asked | _patients_asked(link_of(pages[0], ("self",)) or "")
    addresses = (
        *(next_page(page) for page in pages[:-1]),
        *(link_of(page, ("self",)) for page in pages[1:]),
    )
    used = (_patients_asked(address or "") for address in addresses)
    return bool(asked) and any(ids and ours.isdisjoint(ids) for ids in used)


def _patients_asked(address: str) -> frozenset[str]:
    """Return the ids of the patients whom a search names, in any spelling of them."""
    parameters = address[:LONGEST].partition("?")[2].partition("#")[0].split("&")
    pairs = (unquote(parameter).partition("=") for parameter in parameters)
    names = (
        name
        for parameter, _, values in pairs
        if parameter.partition(":")[0] in ("patient", "subject")
        and parameter.partition(":")[2] in ("", "Patient")
        for name in values.split(",")
    )
    ids = (name.rpartition("/")[2] for name in names)
    return frozenset(filter(is_fhir_id, ids))


def _failed(note: str) -> QueryResult:
    return QueryResult(state="failed", note=note, reason="answer")


class _Content(NamedTuple):
    """The contents of the pages of a search.

    Attributes:
        asked: the resources of the requested type, as often as they came.
        others: those of other types.
        outcomes: what the server says of the search itself, OperationOutcomes.
        broken: number of entries without a usable resource.
    """

    asked: list[BundleEntry]
    others: list[BundleEntry]
    outcomes: list[Json]
    broken: int


def _read_pages(template: Template, pages: Sequence[Json], note: str) -> QueryResult:
    """Read the pages of a search.

    |              | complete | something may be missing                |
    |--------------|----------|-----------------------------------------|
    | some entries | `given`  | `given`, `is_cut`, note `incomplete: …` |
    | no entry     | `empty`  | `failed`                                |

    An incomplete empty list proves nothing: it must not count as asked and not found.

    Args:
        template: the query.
        pages: in order, at least one.
        note: why pages are missing; empty if none is.
    """
    if not note and all(map(_found_nothing, pages)):
        return NOTHING_THERE
    content = _content_of(pages, template.resource_type)
    entries = each_once(content.asked)
    following = next_page(pages[-1]) if len(pages) == 1 else None
    fault = (
        _error_in(content)
        or note
        or _missing_page(pages)
        or _missing_entries(entries, pages[0], has_next=following is not None)
        or _several_forms(entries)
        or _doubt_of_server(content, pages)
    )
    result = QueryResult(
        state="given" if entries else "empty",
        entries=tuple(entries),
        others=tuple(content.others),
        next_page=following,
    )
    if not fault:
        return result
    if entries:
        return result._replace(is_cut=True, note=f"incomplete: {fault}")
    return result._replace(state="failed", reason="answer", note=fault)


def _content_of(pages: Sequence[Json], resource_type: str) -> _Content:
    kinds: dict[str, list[BundleEntry]] = {}
    broken = 0
    for page in pages:
        for raw in entries_of(page):
            if entry := bundle_entry(raw):
                kinds.setdefault(entry.resource["resourceType"], []).append(entry)
            else:
                broken += 1
    asked = kinds.pop(resource_type, [])
    outcomes = [one.resource for one in kinds.pop("OperationOutcome", [])]
    return _Content(asked, list(chain.from_iterable(kinds.values())), outcomes, broken)


def _error_in(content: _Content) -> str:
    """Say what went wrong with the search or an entry; empty if nothing did."""
    if any(map(is_error_outcome, content.outcomes)):
        return "the server reported an error"
    if content.broken:
        return f"{count_entries(content.broken)} could not be read"
    if content.others and not content.asked:
        # What is included comes with what it belongs to.
        return f"{count_entries(len(content.others))} of another type than was asked"
    return ""


def _missing_page(pages: Sequence[Json]) -> str:
    """Say which page was not sent, by the links of those that were."""
    if link_of(pages[0], BEFORE) is not None:
        return "an earlier page was not sent"
    total = total_of(pages[0])
    # Servers write the address of a page in several ways, so addresses are compared
    # only if there is no total.
    if total is None and next_page(pages[-1]) is None and is_before_last(pages[-1]):
        return "the last page was not sent"
    return ""


def _missing_entries(
    entries: Sequence[BundleEntry], first_page: Json, *, has_next: bool
) -> str:
    """Say how many entries did not come, by the total of the server; empty if all did.

    Args:
        entries: each once: one that came twice does not make up for a missing one.
        first_page: the page that states the total.
        has_next: the others may be on a page that is not read yet.
    """
    total = total_of(first_page)
    if total is None or has_next or len(entries) >= total:
        return ""
    return f"{len(entries)} of {total} entries"


def _several_forms(entries: Sequence[BundleEntry]) -> str:
    """Say how many values came in forms that differ, none of them the newest.

    One form may withdraw what the other says: neither proves anything. Drugs, doses
    and diagnoses are weighed form by form, where they are read.

    Args:
        entries: each once.
    """
    if _have_distinct_ids([one.resource for one in entries]):
        return ""
    forms: defaultdict[Hashable, set[str]] = defaultdict(set)
    for one in entries:
        key = _key(one.resource, one.full_url)
        if key is not None and _is_value(one.resource):
            forms[key].add(_said_by(one.resource))
    several = sum(len(said) > 1 for said in forms.values())
    return f"{count_entries(several)} in several forms" if several else ""


def _is_value(resource: Json) -> bool:
    return resource.get("resourceType") == "Observation"


def _said_by(value: Json) -> str:
    """Return what a value says: the same for a final one and one that was amended."""
    said = {name: one for name, one in value.items() if name not in BOOKKEEPING}
    if text(value.get("status")) in FINAL:
        said["status"] = "final"
    return content(said)


def _doubt_of_server(content: _Content, pages: Sequence[Json]) -> str:
    """Say why the server's own words leave a list open; empty if they do not."""
    resources = [one.resource for one in content.asked]
    if any(map(is_subset, chain(pages, resources))):
        return "the server left something out"
    if not all(map(is_plain_list, pages)):
        return "part of the answer is not understood"
    if any(map(is_total_unclear, pages)):
        return "the number of its entries is not understood"
    if any(map(is_incomplete, content.outcomes)):
        return "the server says that something may be missing"
    if any(map(has_warning, content.outcomes)):
        return "the server sent a warning with it"
    return ""


def count_entries(count: int) -> str:
    """Write `1 entry`, `2 entries`."""
    return "1 entry" if count == 1 else f"{count} entries"


def each_once(entries: Sequence[BundleEntry]) -> list[BundleEntry]:
    """List each resource once, in its highest version.

    Paging may return a resource twice.
    """
    if _have_distinct_ids([one.resource for one in entries]):
        return list(entries)
    versions: dict[Any, list[BundleEntry]] = {}
    for place, entry in enumerate(entries):
        # An entry without an id is a resource of its own.
        key = _key(entry.resource, entry.full_url) or place
        versions.setdefault(key, []).append(entry)
    return [
        entry
        for same in versions.values()
        for entry in (same if len(same) == 1 else _newest(same))
    ]


def _have_distinct_ids(resources: Sequence[Json]) -> bool:
    """Tell if each has an id, and no two of any type have the same."""
    ids = {text(one.get("id")) for one in resources} - {""}
    return len(ids) == len(resources)


def _key(resource: Json, full_url: str | None = None) -> tuple[str, str, str] | None:
    """Return what entries of one resource share; None without an id."""
    own_id = text(resource.get("id"))
    if not own_id:
        return None
    return base_of_entry(full_url), text(resource.get("resourceType")), own_id


def _newest(same: Sequence[BundleEntry]) -> Iterable[BundleEntry]:
    """Return the entries of the highest version.

    If several of that version differ, all are kept: which one is meant is not clear.
    """
    ranks = _version_ranks([one.resource for one in same])
    return {
        content(entry.resource): entry
        for entry, rank in zip(same, ranks, strict=True)
        if rank == max(ranks)
    }.values()


def in_newest_version(results: Mapping[str, QueryResult]) -> dict[str, QueryResult]:
    """Leave out resources that another result has in a higher version.

    Such a resource was changed between two queries. All results are taken to be of one
    server, even if their fullUrls do not say so. If forms of one value differ and none
    is the newest, the lists that hold them are incomplete.
    """
    resources = [one for result in results.values() for one in result.resources]
    if _have_distinct_ids(resources):
        return dict(results)
    versions: dict[Any, list[Json]] = {}
    for resource in resources:
        versions.setdefault(_key(resource) or id(resource), []).append(resource)
    old: set[int] = set()
    unclear: set[int] = set()
    for same in versions.values():
        if len(same) == 1:
            continue
        ranks = _version_ranks(same)
        newest = max(ranks)
        pairs = tuple(zip(same, ranks, strict=True))
        old.update(id(version) for version, rank in pairs if rank < newest)
        forms = [version for version, rank in pairs if rank == newest]
        if _is_value(forms[0]) and len(set(map(_said_by, forms))) > 1:
            unclear.update(map(id, forms))
    if not old and not unclear:
        return dict(results)
    return {
        key: _marked(_without(result, lambda entry: id(entry.resource) in old), unclear)
        for key, result in results.items()
    }


def _marked(result: QueryResult, unclear: Collection[int]) -> QueryResult:
    """Mark a list as incomplete if it holds resources of unclear version.

    Args:
        unclear: what Python's `id` says of their raw JSON.
    """
    several = sum(id(one.resource) in unclear for one in result.entries)
    if not several:
        return result
    fault = f"incomplete: {count_entries(several)} in several forms"
    return result._replace(is_cut=True, note=result.note or fault)


def of_one_server(
    results: Mapping[str, QueryResult], bases: Bases
) -> dict[str, QueryResult]:
    """Leave out entries of other servers, by the addresses in all results of a call.

    `Patient/1` in an entry of another server is a patient of that server (FHIR R4,
    Bundle, "Resolving references in Bundles"). If all entries have one base, it is
    taken for our server's: a gateway may write its own. If the site has named the other
    bases that our server writes, only these count.
    """
    used = {
        base
        for result in results.values()
        for entry in (*result.entries, *result.others)
        if (base := base_of_entry(entry.full_url))
    }
    has_aliases = len(bases.addresses) > 1
    if len(used) < 2 and not has_aliases:
        return dict(results)
    return {
        key: without_other_servers(result, bases) for key, result in results.items()
    }


def without_other_servers(result: QueryResult, bases: Bases) -> QueryResult:
    """Leave out entries whose address is under another base than these."""
    foreign = {
        base
        for entry in (*result.entries, *result.others)
        if (base := base_of_entry(entry.full_url)) and not bases.holds(base)
    }
    if not foreign:
        return result
    kept = _without(result, lambda entry: base_of_entry(entry.full_url) in foreign)
    left_out = len(result.entries) - len(kept.entries)
    if not left_out:
        return kept
    # The entries left out may still be of the same person: a server may have two
    # addresses.
    note = result.note or f"incomplete: {left_out} under another server's address"
    return kept._replace(foreign=left_out, is_cut=True, note=note)


def base_of_entry(url: str | None) -> str:
    """Return the part before `Type/id`; empty if there is none, as in `urn:uuid:…`."""
    name = (url or "").partition("/_history/")[0]
    return name.rpartition("/")[0].rpartition("/")[0]


def _without(
    result: QueryResult, is_left_out: Callable[[BundleEntry], bool]
) -> QueryResult:
    return result._replace(
        entries=tuple([one for one in result.entries if not is_left_out(one)]),
        others=tuple([one for one in result.others if not is_left_out(one)]),
    )


def _version_ranks(versions: Sequence[Json]) -> list[tuple[Any, ...]]:
    """Rank the versions of one resource, the newest highest: by number, then by time.

    Each of the two is used only if all versions have it. Without either, all ranks are
    equal.
    """
    written = [text(member(one, "meta", "versionId")) for one in versions]
    numbers = [
        int(number) if re.fullmatch("[0-9]{1,15}", number) else None
        for number in written
    ]
    times = [instant(member(one, "meta", "lastUpdated")) for one in versions]
    known = [column for column in (numbers, times) if None not in column]
    return list(zip(*known, strict=True)) if known else [()] * len(versions)
